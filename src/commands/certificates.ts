import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock, type Clock } from '../clock.ts'
import { parseHost } from '../config/addresses.ts'
import { CERTIFICATES_USAGE } from '../config/describe.ts'
import { readSeed, type Environment } from '../config.ts'
import { createTlsCertificates } from '../crypto/tls-certificates.ts'

/** Called in a way that it does not understand; the message says how to call it. */
export class UsageError extends Error {
  constructor (message: string) {
    super(message)
    this.name = 'UsageError'
  }
}

/** Names under which every mock can be reached on its own machine. */
const OWN_HOSTS = ['localhost', '127.0.0.1', '::1']
const KEY_MODE = 0o600
const CERTIFICATE_MODE = 0o644

/**
 * Writes an authority's root and certificates for a listener and a client into a folder, which is made if there is none.
 * @param argv what follows the command's name: the folder, further hosts of the listener, `--force`
 * @param env where `SEED` is read from instead of the process's environment; without one there is a new authority each time
 * @returns what to set, as lines of an env file
 * @throws UsageError, ConfigError for SEED, Error with one line when a file is there already or cannot be written
 */
export async function writeCertificates (argv: string[], env?: Environment, clock: Clock = systemClock): Promise<string> {
  const { folder, hosts, force } = readCall(argv)
  const seed = readSeed(env) ?? randomBytes(32).toString('base64url')
  const { root, server, client } = createTlsCertificates({ seed, hosts: [...new Set([...OWN_HOSTS, ...hosts])], now: clock.now() })
  await writeAll(folder, [
    ['ds-ca.pem', root, CERTIFICATE_MODE],
    ['server.pem', server.cert, CERTIFICATE_MODE],
    ['server-key.pem', server.key, KEY_MODE],
    ['client.pem', client.cert, CERTIFICATE_MODE],
    ['client-key.pem', client.key, KEY_MODE]
  ], force)
  return whatToSet(folder)
}

function readCall (argv: string[]): { folder: string, hosts: string[], force: boolean } {
  try {
    const { values, positionals } = parseArgs({ args: argv, allowPositionals: true, options: { force: { type: 'boolean', default: false } } })
    const [folder, ...names] = positionals
    if (folder === undefined) throw new Error('No folder is given')
    return { folder: resolve(folder), hosts: names.map(hostOf), force: values.force }
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('. ')[0]}. Usage: ${CERTIFICATES_USAGE}`)
  }
}

function hostOf (text: string): string {
  const host = parseHost(text)
  if (host === undefined) throw new Error(`${JSON.stringify(text)} is no host name and no address`)
  return host.toLowerCase()
}

async function writeAll (folder: string, files: readonly [name: string, content: string, mode: number][], force: boolean): Promise<void> {
  const taken = files.map(([name]) => name).filter((name) => existsSync(join(folder, name)))
  if (taken.length > 0 && !force) throw new Error(`${folder} has ${taken.join(', ')} already: nothing is written, --force replaces them`)
  try {
    await mkdir(folder, { recursive: true })
    for (const [name, content, mode] of files) {
      // What was there may be open to others, or a link to somewhere else.
      await rm(join(folder, name), { force: true })
      await writeFile(join(folder, name), content, { mode, flag: 'wx' })
    }
  } catch (error) {
    throw new Error(`cannot write to ${folder}: ${(error as NodeJS.ErrnoException).code}`)
  }
}

function whatToSet (folder: string): string {
  const line = (variable: string, name: string): string => {
    const path = join(folder, name)
    return `${variable}=${/[\s#]/.test(path) ? `"${path}"` : path}`
  }
  return `# Written to ${folder}: an authority, and certificates for a server and for a client. For tests only.
# For a server that speaks https:
${line('TLS_CERT_PATH', 'server.pem')}
${line('TLS_KEY_PATH', 'server-key.pem')}
# For one that asks other servers for client certificates, as well:
${line('TLS_CLIENT_CA_PATH', 'ds-ca.pem')}
# For one that calls such a server:
${line('TLS_OUTBOUND_CERT_PATH', 'client.pem')}
${line('TLS_OUTBOUND_KEY_PATH', 'client-key.pem')}
${line('TLS_OUTBOUND_CA_PATH', 'ds-ca.pem')}
`
}
