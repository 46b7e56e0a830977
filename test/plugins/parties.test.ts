import { createServer } from 'node:https'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import t from 'tap'
import { deviceDataOpener, resultSender, sdkServerVerifier } from '../../plugins/parties.ts'
import { writeCertificates } from '../../src/commands/certificates.ts'
import { createManualClock } from '../../src/clock.ts'
import { loadConfig } from '../../src/config.ts'
import { createCertificateSource } from '../../src/crypto/certificates.ts'
import type { DsKeys } from '../../src/crypto/ds-keys.ts'
import type { RReqParts } from '../../src/directory-server/take-rreq.ts'
import type { AReq, RReq } from '../../src/protocol/messages.ts'
import { build, post } from '../setup/app.ts'
import { browserRequest } from '../setup/requests.ts'
import { randomUUID } from 'node:crypto'

t.test('calls to others show the certificate of TLS_OUTBOUND_CERT_PATH, and trust TLS_OUTBOUND_CA_PATH (emv3ds-protocol §2)', async (t) => {
  const folder = t.testdir()
  await writeCertificates([folder], {})
  const file = (name: string) => join(folder, name)
  const seen: boolean[] = []
  const acs = createServer({ cert: readFileSync(file('server.pem')), key: readFileSync(file('server-key.pem')), ca: readFileSync(file('ds-ca.pem')), requestCert: true, rejectUnauthorized: true },
    (request, response) => {
      seen.push((request.socket as TLSSocket).authorized)
      response.end('{}')
    })
  await new Promise<void>((resolve) => { acs.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => { acs.closeAllConnections(); acs.close() })
  const app = await build(t, {
    DS_ACS_URL: `https://localhost:${(acs.address() as AddressInfo).port}/acs`,
    TLS_OUTBOUND_CERT_PATH: file('client.pem'),
    TLS_OUTBOUND_KEY_PATH: file('client-key.pem'),
    TLS_OUTBOUND_CA_PATH: file('ds-ca.pem')
  })
  await post(app, '/3ds/authenticate', browserRequest(randomUUID()))
  t.strictSame(seen, [true])
  await app.close()
})

t.test('the roles of this process need no complaints: they hear of faults as errors', async (t) => {
  const { roles } = await build(t)
  const erro = { errorCode: '203', errorComponent: 'D', errorDetail: 'x' } as const
  t.equal(roles.directoryServer.acs.complain(erro), undefined)
  t.equal(roles.rReqs.threeDSServerOf({} as never).complain(erro, {} as never), undefined)
})

t.test('an error of our own is no refusal of the caller\'s data', async (t) => {
  const broken = new RangeError('broken')
  const keys = { find: async () => { throw broken }, jwks: async () => { throw broken } } as unknown as DsKeys
  const header = Buffer.from('{"alg":"RSA-OAEP-256","enc":"A128GCM"}').toString('base64url')
  await t.rejects(deviceDataOpener(keys)({ acctNumber: '4000400040004000', messageVersion: '2.2.0', sdkEncData: `${header}.AAAA.AAAA.AAAA.AAAA` } as unknown as AReq), broken)
  const ds = { judge: () => { throw broken } } as unknown as RReqParts
  const { config } = loadConfig({})
  const certificates = createCertificateSource({ seed: 'any', alg: 'ES256' })
  const clock = { ...createManualClock(0), now: () => { throw broken } }
  await t.rejects(sdkServerVerifier(config, certificates, clock)({ sdkServerSignedContent: 'e30.e30.e30' } as unknown as AReq), broken)
  await t.rejects(resultSender(config, async () => ({ outcome: 'timed-out' }), ds)({} as RReq, {} as never), broken)
})
