import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { version } from '../src/config/version.ts'
import { root, run, untilListening } from './setup/server-process.ts'

const MIB = 1024 * 1024

// Outside the repository, whose packages would otherwise be found in folders further up.
const outside = mkdtempSync(join(tmpdir(), '3ds-mock-server-'))
t.teardown(() => rmSync(outside, { recursive: true, force: true }))

/** The folder of somebody who installed the package, and nothing else. */
const folder = join(outside, 'shop')
const installed = join(folder, 'node_modules', '3ds-mock-server')

// npm's own files stay in the test's folder too.
const npmSettings = { npm_config_cache: join(outside, 'cache'), npm_config_update_notifier: 'false', npm_config_audit: 'false', npm_config_fund: 'false' }

/** Runs a command that must succeed. @returns what it printed */
async function succeed (t: Test, command: string, argv: string[], cwd = folder): Promise<string> {
  const { code, stdout, stderr } = await run(t, command, argv, npmSettings, cwd).ended
  if (code !== 0) throw new Error(`${command} ${argv.join(' ')} ended with code ${code}\n${stdout}\n${stderr}`)
  return stdout
}

function sizeOf (path: string): number {
  const stats = statSync(path)
  return stats.isDirectory() ? readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0) : stats.size
}

t.before(async () => {
  await succeed(t, process.execPath, ['tools/build.js'], root)
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
  await succeed(t, 'npm', ['pack', '--ignore-scripts', '--pack-destination', outside], root)
  await succeed(t, 'npm', ['install', '--offline', '--ignore-scripts', join(outside, `3ds-mock-server-${version}.tgz`)])
})

t.test('the package installs without a network, brings no other package and stays under 30 MB', async (t) => {
  t.strictSame(readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.')), ['3ds-mock-server'])
  const { dependencies, optionalDependencies, peerDependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
  t.strictSame([dependencies, optionalDependencies, peerDependencies], [undefined, undefined, undefined])
  t.ok(sizeOf(installed) < 30 * MIB)
})

t.test('the licences of what is bundled come with it', async (t) => {
  const notices = readFileSync(join(installed, 'dist', 'THIRD-PARTY-NOTICES.txt'), 'utf8')
  for (const name of ['fastify', 'ioredis', 'pino', 'typebox', 'swagger-ui-dist']) t.match(notices, new RegExp(`^${name} \\d+\\.\\S+ \\((?:MIT|Apache-2\\.0)\\)`, 'm'))
  t.notMatch(notices, /\((?:undefined|UNLICENSED)\)|GPL/)
})

t.test('its command runs through npx, and serves with everything that is loaded later', async (t) => {
  t.equal(await succeed(t, 'npx', ['--no-install', '3ds-mock-server', '--version']), `${version}\n`)
  const server = await untilListening(run(t, join(folder, 'node_modules', '.bin', '3ds-mock-server'), [], { PORT: '0', RATE_LIMIT_PER_SECOND: '1000', COMPRESSION: 'on' }, folder))
  for (const path of ['/health', '/metrics', '/openapi.json', '/docs/static/swagger-ui.css', '/ds/ca.pem']) {
    const response = await fetch(server.url + path, { headers: { 'accept-encoding': 'gzip' } })
    t.equal(response.status, 200, path)
    t.ok((await response.text()).length > 0, path)
  }
  t.equal((await server.stop()).code, 0)
})

t.test('a test suite can import it and run a mock in its own process', async (t) => {
  writeFileSync(join(folder, 'suite.js'), `
    import { startMockServer, ConfigError } from '3ds-mock-server'
    const mock = await startMockServer({ OTP: '4711' })
    const { status } = await fetch(mock.url + '/health')
    await mock.close()
    const error = await startMockServer({ PORT: 'x' }).catch((error) => error)
    console.log(JSON.stringify([status, error instanceof ConfigError, error.faults[0].variable]))
  `)
  t.strictSame(JSON.parse(await succeed(t, process.execPath, ['suite.js'])), [200, true, 'PORT'])
})

t.test('its types stand on their own, library check included', async (t) => {
  mkdirSync(join(folder, 'typed'))
  writeFileSync(join(folder, 'typed', 'suite.ts'), `
    import { startMockServer, ConfigError, type MockServer, type MockSettings } from '3ds-mock-server'
    export const mock: MockServer = await startMockServer({ OTP: '4711' })
    export const url: string = mock.url
    export const variables = (error: ConfigError): string[] => error.faults.map((fault) => fault.variable)
    await startMockServer({ PORT: 0, USE_REDIS: false, OTP: undefined } satisfies MockSettings)
    // @ts-expect-error settings are text, numbers or booleans
    await startMockServer({ OUTBOUND_ALLOW: ['localhost'] })
  `)
  writeFileSync(join(folder, 'typed', 'tsconfig.json'), JSON.stringify({
    compilerOptions: { target: 'ES2023', module: 'NodeNext', strict: true, noEmit: true, skipLibCheck: false, types: [] },
    files: ['suite.ts']
  }))
  t.equal(await succeed(t, process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'typed']), '')
})
