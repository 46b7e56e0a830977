import { X509Certificate } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { createManualClock } from '../../../src/clock.ts'
import { UsageError, writeCertificates } from '../../../src/commands/certificates.ts'
import { loadConfig } from '../../../src/config.ts'
import { createTestCa } from '../../../src/crypto/test-ca.ts'
import { certificatePem } from '../../../src/crypto/pem.ts'
import { runServer, startServer } from '../../setup/server-process.ts'
import { ask, START } from '../../setup/tls.ts'

const NAMES = ['client-key.pem', 'client.pem', 'ds-ca.pem', 'server-key.pem', 'server.pem']
const USAGE = 'Usage: 3ds-mock-server certificates <folder> [host ...] [--force]'
const clock = createManualClock(START)
const modes = (folder: string) => NAMES.map((name) => (lstatSync(join(folder, name)).mode & 0o777).toString(8))
const contents = (folder: string) => NAMES.map((name) => readFileSync(join(folder, name), 'utf8'))

t.test('certificates: writes authority, server and client, keys for their owner only, and says what to set: the settings take it', async (t) => {
  const folder = join(t.testdir({}), 'not', 'there yet')
  const printed = await writeCertificates([folder, 'Mock.Shop.test', '[fe80::1]'], {}, clock)
  t.strictSame(readdirSync(folder).toSorted(), NAMES)
  t.strictSame(modes(folder), ['600', '644', '644', '600', '644'])
  const names = new X509Certificate(readFileSync(join(folder, 'server.pem'))).subjectAltName
  t.equal(names, 'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:mock.shop.test, IP Address:FE80:0:0:0:0:0:0:1')
  const set = Object.fromEntries([...printed.matchAll(/^([A-Z_]+)="(.*)"$/gm)].map(([, name, value]) => [name, value]))
  t.strictSame(Object.keys(set), ['TLS_CERT_PATH', 'TLS_KEY_PATH', 'TLS_CLIENT_CA_PATH', 'TLS_OUTBOUND_CERT_PATH', 'TLS_OUTBOUND_KEY_PATH', 'TLS_OUTBOUND_CA_PATH'])
  const { config, warnings } = loadConfig(set, clock)
  t.match(config.tls?.files.clientCa, readFileSync(join(folder, 'ds-ca.pem'), 'utf8'))
  t.match(config.outboundTls?.files.identity?.cert, readFileSync(join(folder, 'client.pem'), 'utf8'))
  t.strictSame(warnings, [])
  t.ok(printed.split('\n').every((line) => line === '' || /^(?:# .+|[A-Z_]+=".+")$/.test(line)), 'lines of an env file')
  t.notMatch(printed, /BEGIN/)
})

t.test('certificates: with SEED the authority is that of the server with this SEED, without one it is new each time', async (t) => {
  const base = t.testdir({})
  const write = async (name: string, env: Record<string, string>) => {
    const printed = await writeCertificates([join(base, name)], env, clock)
    t.match(printed, new RegExp(`^TLS_CERT_PATH=${join(base, name, 'server.pem')}$`, 'm'), 'a plain path is not quoted')
    return contents(join(base, name))
  }
  const seeded = await write('a', { SEED: 'mine', PORT: 'x', TLS_CERT_PATH: '/not/there/yet' })
  t.equal(seeded[2], certificatePem(createTestCa('mine').root))
  t.strictSame(await write('b', { SEED: 'mine' }), seeded)
  const [c, d] = [await write('c', {}), await write('d', {})]
  for (const [index, name] of NAMES.entries()) t.equal(new Set([seeded[index], c[index], d[index]]).size, 3, name)
})

t.test('certificates: what is there is replaced with --force only, whatever it was', async (t) => {
  const folder = t.testdir({ 'server-key.pem': 'mine', victim: 'untouched' })
  symlinkSync(join(folder, 'victim'), join(folder, 'client-key.pem'))
  await t.rejects(writeCertificates([folder], {}, clock), { message: `${folder} has server-key.pem, client-key.pem already: nothing is written, --force replaces them` })
  t.strictSame(readdirSync(folder).toSorted(), ['client-key.pem', 'server-key.pem', 'victim'])
  await writeCertificates(['--force', folder], {}, clock)
  t.strictSame(modes(folder), ['600', '644', '644', '600', '644'])
  t.notOk(lstatSync(join(folder, 'client-key.pem')).isSymbolicLink())
  t.equal(readFileSync(join(folder, 'victim'), 'utf8'), 'untouched')
})

t.test('certificates: a wrong call, a wrong SEED and a folder that cannot be written end with code 2, 1 and 1, and one line', async (t) => {
  const folder = t.testdir({ file: '' })
  for (const argv of [[], [folder, 'http://mock.test'], [folder, '--overwrite']]) await t.rejects(writeCertificates(argv, {}, clock), UsageError)
  await t.rejects(writeCertificates([join(folder, 'file', 'below')]), { message: `cannot write to ${join(folder, 'file', 'below')}: ENOTDIR` })
  const says = async (argv: string[], env = {}) => {
    const { code, stdout, stderr } = await runServer(t, ['certificates', ...argv], env)
    t.equal(stdout, '')
    return [code, stderr]
  }
  t.strictSame(await says([]), [2, `3ds-mock-server: No folder is given. ${USAGE}\n`])
  t.strictSame(await says([folder, 'http://mock.test']), [2, `3ds-mock-server: "http://mock.test" is no host name and no address. ${USAGE}\n`])
  t.strictSame(await says([folder, '--overwrite']), [2, `3ds-mock-server: Unknown option '--overwrite'. ${USAGE}\n`])
  t.strictSame(await says([folder], { SEED: 'x'.repeat(257) }), [1, '3ds-mock-server: SEED=*** is not allowed: 1 to 256 printable characters\n'])
  t.strictSame(await says([join(folder, 'file', 'below')]), [1, `3ds-mock-server: cannot write to ${join(folder, 'file', 'below')}: ENOTDIR\n`])
  t.strictSame(readdirSync(folder), ['file'])
})

t.test('certificates: what the command writes, a second process serves with, by https and mutual TLS, and a client reaches', async (t) => {
  const folder = join(t.testdir({}), 'tls')
  const { code, stdout, stderr } = await runServer(t, ['certificates', folder], { SEED: 'the pair' })
  t.strictSame([code, stderr], [0, ''])
  const set = Object.fromEntries([...stdout.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name, value as string]))
  const mock = await startServer(t, { ...set, SEED: 'the pair' })
  t.match(mock.url, /^https:\/\/127\.0\.0\.1:\d+$/)
  t.ok(mock.logged().some(({ msg }) => msg === 'TLS: https, with client certificates between servers'))
  const [root, cert, key] = ['ds-ca.pem', 'client.pem', 'client-key.pem'].map((name) => readFileSync(join(folder, name), 'utf8')) as [string, string, string]
  const version = { body: JSON.stringify({ cardNumber: '4111111111111111' }), headers: { 'content-type': 'application/json' }, ca: root }
  t.strictSame(await ask(`${mock.url}/ds/ca.pem`, { ca: root }), { status: 200, text: root })
  t.match(await ask(`${mock.url}/health`, { ca: root }), { status: 200 })
  t.strictSame(await ask(`${mock.url}/3ds/version`, version), { status: 403, text: '{"error":"This path needs a client certificate","code":"client_certificate_required"}' })
  t.match(await ask(`${mock.url}/3ds/version`, { ...version, cert, key }), { status: 200 })
  t.equal((await mock.stop()).code, 0)
})
