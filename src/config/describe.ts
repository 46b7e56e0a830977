import { maskUrl } from '../masking.ts'
import { allowedValues } from './parse.ts'
import { aliases, settings, settingNames, type Setting } from './settings.ts'
import type { Config } from '../config.ts'
import { NAME } from './name.ts'

/** How to call the command that writes certificates. */
export const CERTIFICATES_USAGE = `${NAME} certificates <folder> [host ...] [--force]`
const HEADING = 'Settings are environment variables'

/** @returns the value without the variable, as it would be written in the environment; undefined when there is none. */
function written ({ default: value }: Setting): string | undefined {
  return Array.isArray(value) ? value.join(',') : value?.toString()
}

/** @returns what `--help` prints. */
export function helpText (): string {
  const lines = settingNames.map((name) => {
    const setting = settings[name]
    const value = written(setting) ?? `(${setting.defaultText})`
    return `  ${name}=${value}\n      ${setting.description}\n      Allowed: ${allowedValues(setting)}.`
  })
  return `Usage: ${NAME} [option]
       ${CERTIFICATES_USAGE}

EMV 3-D Secure mock: 3DS Server API, Directory Server and ACS in one process.

Options:
  -h, --help          this text
  -v, --version       the version
      --print-config  the settings in force as JSON, credentials masked

Commands:
  certificates        writes a test authority with certificates for this server and a client, and says what to set;
                      for localhost and the hosts given. SEED makes the authority that of the server with this SEED.
      --force         replaces files that are there

${HEADING}, here with their defaults:

${lines.join('\n')}

Also read, if the variable itself is not set:
${Object.entries(aliases).map(([name, others]) => `  ${name} from ${others.join(' or ')}`).join('\n')}
`
}

/** @returns the text of `.env.example`: every setting, commented out, with its default. */
export function envExample (): string {
  const blocks = settingNames.map((name) => {
    const setting = settings[name]
    const without = setting.defaultText === undefined ? '' : ` Default: ${setting.defaultText}.`
    return `# ${setting.description}${without}\n# Allowed: ${allowedValues(setting)}.\n#${name}=${written(setting) ?? ''}\n`
  })
  return `# ${HEADING}, here commented out with their defaults. An empty one counts as unset.
# To use a file: cp .env.example .env && node --env-file=.env dist/server.js
# Written by \`npm run docs\` from src/config/settings.ts.

${blocks.join('\n')}`
}

/** @returns README's table of settings, in Markdown. */
export function settingsTable (): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('*', '\\*')
  const rows = settingNames.map((name) => {
    const setting = settings[name]
    const value = written(setting)
    const shown = value === undefined ? cell(String(setting.defaultText)) : `\`${value}\``
    return `| \`${name}\` | ${shown} | ${cell(setting.description)} | ${cell(allowedValues(setting))} |`
  })
  return ['| Variable | Default | What it does | Allowed |', '|---|---|---|---|', ...rows].join('\n')
}

/** The configuration without what files hold. */
export type ShownConfig = Omit<Config, 'certificates' | 'tls' | 'outboundTls' | 'splitSdk'> & { tls?: object, outboundTls?: object, splitSdk?: object }

/** @returns the configuration as it may be shown: credentials, the code that passes a challenge and the seed masked, keys left out. */
export function maskedConfig ({ certificates, tls, outboundTls, splitSdk, ...config }: Config): ShownConfig {
  const paths = ({ files, ...rest }: { files: unknown }): object => rest
  return {
    ...config,
    ...tls !== undefined && { tls: paths(tls) },
    ...outboundTls !== undefined && { outboundTls: paths(outboundTls) },
    ...splitSdk !== undefined && { splitSdk: paths(splitSdk) },
    redis: { ...config.redis, url: maskUrl(config.redis.url) },
    otp: '***',
    ...config.seed !== undefined && { seed: '***' }
  }
}

/** @returns the lines that say at start what is on. */
export function startLines (config: Config): string[] {
  const onOff = (isOn: boolean): string => isOn ? 'on' : 'off'
  const limit = config.rateLimitPerSecond === 0 ? 'off' : `${config.rateLimitPerSecond} per second, at most ${config.rateLimitBurst} at once`
  const tls = config.tls?.clientCaPath === undefined ? 'https' : 'https, with client certificates between servers'
  return [
    `Answers: compatibility ${config.compatibility}, spelling ${config.responseSpelling}, signed content ${config.acsSigningAlg}`,
    `Metrics ${onOff(config.metrics)}, API documents ${onOff(config.docs)}, compression ${onOff(config.compression)}, rate limit ${limit}`,
    `Public URL: ${config.publicUrl ?? 'where the server listens'}`,
    ...config.tls === undefined ? [] : [`TLS: ${tls}`]
  ]
}
