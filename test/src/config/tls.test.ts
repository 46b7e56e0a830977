import { spawnSync } from 'node:child_process'
import { generateKeyPairSync, X509Certificate, type KeyObject } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { Agent, createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { createManualClock } from '../../../src/clock.ts'
import { ConfigError, loadConfig, readSeed, type Environment } from '../../../src/config.ts'
import { maskedConfig, startLines } from '../../../src/config/describe.ts'
import { buildCertificate } from '../../../src/crypto/certificate-builder.ts'
import { generalName } from '../../../src/crypto/general-names.ts'
import { certificatePem } from '../../../src/crypto/pem.ts'
import { createSeededKey } from '../../../src/crypto/seeded-key.ts'
import { createTestCa } from '../../../src/crypto/test-ca.ts'
import { createTlsCertificates } from '../../../src/crypto/tls-certificates.ts'
import { listenerOptions, outboundAgentOptions } from '../../../src/crypto/tls.ts'
import { ask, certificatesOf, START, writeFiles } from '../../setup/tls.ts'

const DAY = 86_400_000
const CERT = 'the path of a readable PEM file: certificates that are valid now, the key\'s own first, then each one\'s issuer'
const KEY = 'the path of a readable PEM file: the unencrypted private key of the certificate'
const CA = 'the path of a readable PEM file: certificates that are valid now'

const clock = createManualClock(START)
const configOf = (env: Environment) => loadConfig(env, clock).config

function faultsOf (env: Environment, now = START): ConfigError['faults'] {
  try {
    loadConfig(env, createManualClock(now))
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
  return []
}

const { root, server, client } = certificatesOf('config')

t.test('the files of the listener and of calls to others are read, and shown as paths only', async (t) => {
  const paths = writeFiles(t, { root, cert: server.cert, key: server.key, clientCert: client.cert, clientKey: client.key })
  const listener = { TLS_CERT_PATH: paths.cert, TLS_KEY_PATH: paths.key }
  t.strictSame(configOf(listener).tls, { certPath: paths.cert, keyPath: paths.key, files: { cert: server.cert, key: server.key } })
  const outbound = { TLS_OUTBOUND_CERT_PATH: paths.clientCert, TLS_OUTBOUND_KEY_PATH: paths.clientKey, TLS_OUTBOUND_CA_PATH: paths.root }
  const config = configOf({ ...listener, TLS_CLIENT_CA_PATH: paths.root, ...outbound })
  t.strictSame(config.tls, { certPath: paths.cert, keyPath: paths.key, clientCaPath: paths.root, files: { ...server, clientCa: root } })
  t.strictSame(config.outboundTls, { certPath: paths.clientCert, keyPath: paths.clientKey, caPath: paths.root, files: { identity: client, ca: root } })
  t.strictSame(configOf({ TLS_OUTBOUND_CA_PATH: paths.root }).outboundTls, { caPath: paths.root, files: { ca: root } })
  const shown = maskedConfig(config)
  t.strictSame(shown.tls, { certPath: paths.cert, keyPath: paths.key, clientCaPath: paths.root })
  t.strictSame(shown.outboundTls, { certPath: paths.clientCert, keyPath: paths.clientKey, caPath: paths.root })
  t.notMatch(JSON.stringify(shown), /PRIVATE|BEGIN/)
  t.equal(startLines(configOf(listener)).at(-1), 'TLS: https')
  t.equal(startLines(config).at(-1), 'TLS: https, with client certificates between servers')
})

t.test('a setting that needs another one says so', async (t) => {
  const paths = writeFiles(t, { root, cert: server.cert, key: server.key })
  const needs = (variable: string, other: string) => [{ variable, value: '""', allowed: `must be set, because ${other} is` }]
  t.strictSame(faultsOf({ TLS_CERT_PATH: paths.cert }), needs('TLS_KEY_PATH', 'TLS_CERT_PATH'))
  t.strictSame(faultsOf({ TLS_KEY_PATH: paths.key }), needs('TLS_CERT_PATH', 'TLS_KEY_PATH'))
  t.strictSame(faultsOf({ TLS_CLIENT_CA_PATH: paths.root }), needs('TLS_CERT_PATH', 'TLS_CLIENT_CA_PATH'))
  t.strictSame(faultsOf({ TLS_OUTBOUND_CERT_PATH: paths.cert }), needs('TLS_OUTBOUND_KEY_PATH', 'TLS_OUTBOUND_CERT_PATH'))
  t.strictSame(faultsOf({ TLS_OUTBOUND_KEY_PATH: paths.key }), needs('TLS_OUTBOUND_CERT_PATH', 'TLS_OUTBOUND_KEY_PATH'))
})

const pkcs8 = (key: KeyObject, rest = {}) => key.export({ type: 'pkcs8', format: 'pem', ...rest }) as string

/** A certificate of its own for any key. */
function selfMade (publicKey: KeyObject): string {
  const signer = createSeededKey('signer', 'root')
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  return certificatePem(buildCertificate({ subject: 'leaf', issuer: 'nobody', publicKey: spki, issuerPublicKey: signer.publicKey }, () => Buffer.from('3006020101020101', 'hex')))
}

t.test('files that cannot be used are faults among the others, each by variable and path, and no content is shown', async (t) => {
  const weak = generateKeyPairSync('rsa', { modulusLength: 512 })
  const encrypted = pkcs8(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, { cipher: 'aes-256-cbc', passphrase: 'swordfish' })
  const paths = writeFiles(t, { root, cert: server.cert, key: server.key, other: client.key, encrypted, weakKey: pkcs8(weak.privateKey), weakCert: selfMade(weak.publicKey), mixed: server.cert + root + client.cert, text: 'no PEM' })
  const fault = (variable: string, path: string, allowed: string, why: string) => ({ variable, value: JSON.stringify(path), allowed: `${allowed} (this one ${why})` })
  const folder = join(paths.cert, '..')
  for (const [prefix, ca] of [['TLS', 'TLS_CLIENT_CA_PATH'], ['TLS_OUTBOUND', 'TLS_OUTBOUND_CA_PATH']] as const) {
    const [certVariable, keyVariable] = [`${prefix}_CERT_PATH`, `${prefix}_KEY_PATH`]
    const faults = (cert: string, key: string, env = {}, now = START) => faultsOf({ [certVariable]: cert, [keyVariable]: key, ...env }, now)
    t.strictSame(faults('/nowhere/@.pem', folder, { [ca]: paths.text, PORT: 'x' }), [
      { variable: 'PORT', value: '"x"', allowed: 'a whole number from 0 to 65535' },
      fault(certVariable, '/nowhere/@.pem', CERT, 'does not exist'),
      fault(keyVariable, folder, KEY, 'is a directory'),
      fault(ca, paths.text, CA, 'has no PEM certificate')
    ])
    t.strictSame(faults(paths.key, paths.cert), [fault(certVariable, paths.key, CERT, 'has no PEM certificate'), fault(keyVariable, paths.cert, KEY, 'has no unencrypted PEM private key')])
    t.strictSame(faults(paths.cert, paths.encrypted), [fault(keyVariable, paths.encrypted, KEY, 'has no unencrypted PEM private key')])
    t.strictSame(faults(paths.cert, paths.other), [fault(keyVariable, paths.other, KEY, 'has another key')])
    t.strictSame(faults(paths.mixed, paths.key), [fault(certVariable, paths.mixed, CERT, 'has a certificate 4 that did not issue certificate 3')])
    t.match(faults(paths.weakCert, paths.weakKey), [{ variable: keyVariable, allowed: /cannot be used for TLS: ERR_[A-Z_]+\)$/ }])
    t.match(faults(paths.cert, paths.key, {}, START + 826 * DAY), [{ variable: certVariable, allowed: /has a certificate 1 that expired on 2029-02-\d\d\)$/ }])
    t.match(faults(paths.cert, paths.key, {}, START - 2 * DAY), [{ variable: certVariable, allowed: /has a certificate 1 that is not valid before 2026-11-19\)$/ }])
    t.match(faults(paths.cert, paths.key, { [ca]: paths.root }, Date.UTC(2050, 0, 1)), [{ variable: certVariable }, { variable: ca, allowed: /has a certificate 1 that expired on 2049-12-31\)$/ }])
    for (const text of [server.key, server.key.replace(/-----.*-----|\n/g, '')]) t.match(faults(paths.cert, text).map(({ value }) => value), ['***'])
    t.strictSame(faults(paths.cert, paths.key, { [ca]: paths.mixed }), [], 'authorities need not belong together')
  }
})

t.test('certificates for TLS: from yesterday for 825 days, for one purpose, and for the hosts given; the same seed on the same day gives the same', async (t) => {
  const made = createTlsCertificates({ seed: 'shop', hosts: ['localhost', 'Mock.Shop.test.', '10.1.2.3', '::1', 'fe80:0:0::9:8', '::ffff:1.2.3.4', '1:2:3:4:5:6:7:8'], now: START })
  t.strictSame(createTlsCertificates({ seed: 'shop', hosts: ['localhost', 'Mock.Shop.test.', '10.1.2.3', '::1', 'fe80:0:0::9:8', '::ffff:1.2.3.4', '1:2:3:4:5:6:7:8'], now: START + 3_600_000 }), made)
  t.equal(made.root, certificatePem(createTestCa('shop').root), 'the root that /ds/ca.pem gives')
  const leaf = new X509Certificate(made.server.cert)
  t.equal(leaf.subjectAltName, 'DNS:localhost, DNS:mock.shop.test, IP Address:10.1.2.3, IP Address:0:0:0:0:0:0:0:1, IP Address:FE80:0:0:0:0:0:9:8, IP Address:0:0:0:0:0:FFFF:102:304, IP Address:1:2:3:4:5:6:7:8')
  t.strictSame([leaf.validFrom, leaf.validTo], ['Nov 19 00:00:00 2026 GMT', 'Feb 20 23:59:59 2029 GMT'])
  t.strictSame([leaf.keyUsage, new X509Certificate(made.client.cert).keyUsage], [['1.3.6.1.5.5.7.3.1'], ['1.3.6.1.5.5.7.3.2']])
  t.equal(new X509Certificate(made.client.cert).subjectAltName, undefined)
  const serials = [['localhost'], ['mock.test']].flatMap((hosts) => [START, START + DAY].map((now) => new X509Certificate(createTlsCertificates({ seed: 'shop', hosts, now }).server.cert).serialNumber))
  t.equal(new Set(serials).size, 4, 'browsers refuse a serial that they know from another certificate')
  t.equal(generalName('127.0.0.1').toString('hex'), '87047f000001')
})

const opensslIsLeftOut = spawnSync('openssl', ['version']).error !== undefined && 'LEFT OUT because there is no openssl on PATH'

t.test('OpenSSL accepts both with -x509_strict for their purpose and their hosts, and for no other', { skip: opensslIsLeftOut }, async (t) => {
  const folder = t.testdir({})
  for (const [name, text] of Object.entries({ root, server: server.cert, client: client.cert })) writeFileSync(join(folder, `${name}.pem`), text)
  const verify = (...args: string[]) => spawnSync('openssl', ['verify', '-x509_strict', '-attime', String(START / 1000), '-CAfile', 'root.pem', ...args], { cwd: folder, encoding: 'utf8' }).status
  const own = (name: string) => ['-untrusted', `${name}.pem`, `${name}.pem`]
  t.equal(verify('-purpose', 'sslserver', '-verify_hostname', 'localhost', ...own('server')), 0)
  t.equal(verify('-purpose', 'sslserver', '-verify_ip', '::1', ...own('server')), 0)
  t.not(verify('-purpose', 'sslserver', '-verify_hostname', 'shop.test', ...own('server')), 0)
  t.equal(verify('-purpose', 'sslclient', ...own('client')), 0)
  t.not(verify('-purpose', 'sslclient', ...own('server')), 0)
  t.not(verify('-purpose', 'sslserver', ...own('client')), 0)
})

t.test('an agent for calls to others shows the certificate when it is asked, and trusts the authority given', async (t) => {
  const now = certificatesOf('outbound', Date.now())
  const listener = createServer({ ...listenerOptions({ ...now.server, clientCa: now.root }), rejectUnauthorized: true }, (_request, response) => { response.end('seen') })
  await once(listener.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => { listener.close() })
  const url = `https://127.0.0.1:${(listener.address() as AddressInfo).port}/`
  const agentOf = (...args: Parameters<typeof outboundAgentOptions>) => new Agent(outboundAgentOptions(...args))
  t.strictSame(await ask(url, { agent: agentOf({ identity: now.client, ca: now.root }) }), { status: 200, text: 'seen' })
  await t.rejects(ask(url, { agent: agentOf({ identity: now.client }) }), { code: /^(?:SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT_LOCALLY)$/ })
  await t.rejects(ask(url, { agent: agentOf({ ca: now.root }) }))
})

t.test('SEED is read alone, whatever the other settings say', async (t) => {
  t.equal(readSeed({ SEED: 'mine', PORT: 'x', TLS_CERT_PATH: '/not/there/yet' }), 'mine')
  t.equal(readSeed({ PORT: 'x' }), undefined)
  t.equal(readSeed(), process.env['SEED'])
  t.throws(() => readSeed({ SEED: 'a\u0000b', PORT: 'x' }), { name: 'ConfigError', message: 'SEED=*** is not allowed: 1 to 256 printable characters' })
})
