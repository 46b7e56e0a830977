import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { randomIds } from '../../../src/ids.ts'
import { build } from '../../setup/app.ts'

async function root (app: FastifyInstance): Promise<string> {
  const { statusCode, headers, body } = await app.inject('/ds/ca.pem')
  t.strictSame([statusCode, headers['content-type']], [200, 'application/x-pem-file'])
  return body
}

t.test('the root that SDKs have to trust is one self-signed PEM certificate, and the same for the same SEED (emv3ds §13.2)', async (t) => {
  const ids = randomIds
  const [one, same, other, unseeded] = await Promise.all([{ SEED: 'a' }, { SEED: 'a', ACS_SIGNING_ALG: 'ES256' }, { SEED: 'b' }, {}].map(async (env) => root(await build(t, env, { ids }))))
  t.match(one, /^-----BEGIN CERTIFICATE-----\n(?:[A-Za-z0-9+/=]{1,64}\n)+-----END CERTIFICATE-----\n$/)
  const certificate = new X509Certificate(one as string)
  t.ok(certificate.ca && certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey))
  t.equal(same, one)
  t.equal(new Set([one, other, unseeded]).size, 3)
})

t.test('with CERT_PATH and KEY_PATH it is the last certificate of the file', async (t) => {
  const { certificates } = (await build(t, { ACS_SIGNING_ALG: 'ES256' })).roles
  const { key, x5c } = await certificates.signingMaterial()
  const pem = (base64: string) => `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`
  const folder = t.testdir({
    'chain.pem': [...x5c.map(pem), await certificates.rootPem()].join(''),
    'key.pem': key.export({ type: 'pkcs8', format: 'pem' }) as string
  })
  const paths = { CERT_PATH: `${folder}/chain.pem`, KEY_PATH: `${folder}/key.pem` }
  t.equal(await root(await build(t, paths)), await certificates.rootPem())
  t.equal(readFileSync(paths.CERT_PATH, 'utf8').split('BEGIN').length, 4)
})
