import { gunzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { buildApp } from '../../../app.ts'
import { createManualClock } from '../../../src/clock.ts'
import { loadConfig } from '../../../src/config.ts'
import { build, START } from '../../setup/app.ts'
import { aReq, pReq, type Version } from '../../setup/parties/messages.ts'
import { startThreeDSServer } from '../../setup/parties/three-ds-server.ts'

const VERSIONS: readonly Version[] = ['2.1.0', '2.2.0', '2.3.1']
const VISA = { start: '4000000000000000', end: '4999999999999999' }
const RANGES = [
  { ...VISA, acsProtocolVersions: [{ version: '2.2.0', acsInfoInd: ['01'], threeDSMethodURL: 'here' }, { version: '2.3.1', acsInfoInd: ['01', '02'] }] },
  { start: '5200000000000000', end: '5299999999999999', acsProtocolVersions: [{ version: '2.1.0', acsInfoInd: ['01', '02'] }] }
]

/** A server with card ranges of a file, where others reach it. */
async function withRanges (t: Test, env: Record<string, string> = {}) {
  const folder = t.testdir({ 'ranges.json': JSON.stringify(RANGES) })
  const app = await build(t, { CARD_RANGES: `${folder}/ranges.json`, ACS_SIGNING_ALG: 'ES256', ...env })
  return { app, url: await app.listen({ host: '127.0.0.1', port: 0 }) }
}

t.test('PReq → PRes in the shape of its version, with the ranges of CARD_RANGES (emv3ds-protocol §14)', async (t) => {
  const [{ app, url }, theirs] = await Promise.all([withRanges(t), startThreeDSServer(t)])
  const history = app.roles.preparation.history
  const visa = { startRange: VISA.start, endRange: VISA.end, actionInd: 'A' }
  const bodies: Record<Version, object> = {
    '2.1.0': {
      dsStartProtocolVersion: '2.1.0',
      dsEndProtocolVersion: '2.1.0',
      cardRangeData: [{ startRange: '5200000000000000', endRange: '5299999999999999', actionInd: 'A', acsStartProtocolVersion: '2.1.0', acsEndProtocolVersion: '2.1.0' }]
    },
    '2.2.0': {
      dsStartProtocolVersion: '2.1.0',
      dsEndProtocolVersion: '2.2.0',
      cardRangeData: [
        { ...visa, acsStartProtocolVersion: '2.2.0', acsEndProtocolVersion: '2.2.0', threeDSMethodURL: `${url}/acs/method`, acsInfoInd: ['01'] },
        { startRange: '5200000000000000', endRange: '5299999999999999', actionInd: 'A', acsStartProtocolVersion: '2.1.0', acsEndProtocolVersion: '2.1.0', acsInfoInd: ['01', '02'] }
      ]
    },
    '2.3.1': {
      readOrder: '01',
      dsProtocolVersions: ['2.1.0', '2.2.0', '2.3.1'],
      cardRangeData: [
        { ranges: [VISA], actionInd: 'A', acsProtocolVersions: [{ version: '2.2.0', acsInfoInd: ['01'], threeDSMethodURL: `${url}/acs/method` }, { version: '2.3.1', acsInfoInd: ['01', '02'] }] },
        { ranges: [{ start: '5200000000000000', end: '5299999999999999' }], actionInd: 'A', acsProtocolVersions: [{ version: '2.1.0', acsInfoInd: ['01', '02'] }] }
      ]
    }
  }
  for (const version of VERSIONS) {
    const message = pReq(version)
    const { status, headers, message: pres } = await theirs.prepare(`${url}/ds`, message)
    const { dsTransID, serialNum } = pres
    t.strictSame(pres, { messageType: 'PRes', messageVersion: version, threeDSServerTransID: message.threeDSServerTransID, dsTransID, serialNum, ...bodies[version] })
    t.strictSame([status, headers['content-type'], headers['x-response-id']], [200, 'application/json; charset=UTF-8', version === '2.3.1' ? dsTransID : undefined])

    // What has not changed is not sent again, and an unknown number is refused.
    const again = await theirs.prepare(`${url}/ds`, pReq(version, { serialNum }))
    t.strictSame([again.message.serialNum, again.message.cardRangeData], [serialNum, undefined])
    t.match((await theirs.prepare(`${url}/ds`, pReq(version, { serialNum: '220999' }))).message,
      { messageType: 'Erro', messageVersion: version, errorCode: '307', errorComponent: 'D', errorMessageType: 'PReq', errorDetail: '220999' })
  }
  t.equal(history.current().table.size, 2)
  t.strictSame(theirs.faults, [])
})

t.test('the default ranges are whole in every version', async (t) => {
  const [app, theirs] = await Promise.all([build(t, { ACS_SIGNING_ALG: 'ES256' }), startThreeDSServer(t)])
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  for (const version of VERSIONS) t.ok((await theirs.prepare(`${url}/ds`, pReq(version))).message.cardRangeData.length > 100)
  t.strictSame(theirs.faults, [])
})

t.test('who asks again too soon is refused with 103, until PREQ_INTERVAL_SECONDS are over (§11)', async (t) => {
  const clock = createManualClock(START)
  const app = await build(t, { PREQ_INTERVAL_SECONDS: '60' }, { clock })
  const ask = async () => (await app.inject({ method: 'POST', url: '/ds', headers: { 'content-type': 'application/json' }, payload: pReq() })).json()
  t.match(await ask(), { messageType: 'PRes' })
  clock.advance(59_999)
  t.match(await ask(), { messageType: 'Erro', errorCode: '103', errorComponent: 'D', errorDetail: 'ask again in 1 seconds' })
  clock.advance(1)
  t.match(await ask(), { messageType: 'PRes' })
})

t.test('the file of 2.3.1, whole and in parts (§14; RFC 9110 §14)', async (t) => {
  const [{ app, url }, theirs] = await Promise.all([withRanges(t), startThreeDSServer(t)])
  const { message: pres } = await theirs.prepare(`${url}/ds`, pReq('2.3.1', { cardRangeDataDownloadInd: 'Y' }))
  t.strictSame([pres.cardRangeDataFileURL, pres.serialNum, pres.cardRangeData], [`${url}/ds/card-ranges.json`, undefined, undefined])
  t.strictSame(theirs.faults, [])
  const inPres = (await theirs.prepare(`${url}/ds`, pReq('2.3.1'))).message.cardRangeData
  const get = async (headers: Record<string, string> = {}) => {
    const { statusCode, headers: answered, body } = await app.inject({ url: '/ds/card-ranges.json', headers })
    return { status: statusCode, length: answered['content-length'], range: answered['content-range'], body, headers: answered }
  }
  const whole = await get()
  t.strictSame(JSON.parse(whole.body), { cardRangeData: inPres })
  const size = whole.body.length
  t.match(whole, { status: 200, length: String(size), headers: { 'content-type': 'application/json; charset=utf-8', 'accept-ranges': 'bytes', etag: /^".+"$/ } })
  const etag = String(whole.headers.etag)
  const part = (from: number, to: number) => [206, String(to - from), `bytes ${from}-${to - 1}/${size}`, whole.body.slice(from, to)]
  const noSuchPart = '{"error":"The file has no such part","code":"range_not_satisfiable"}'
  const table: [name: string, headers: Record<string, string>, expected: unknown[]][] = [
    ['from', { range: 'bytes=10-' }, part(10, size)],
    ['from and to', { range: 'bytes=10-19' }, part(10, 20)],
    ['one byte', { range: 'bytes=0-0' }, part(0, 1)],
    ['past the end', { range: 'bytes=10-999999' }, part(10, size)],
    ['the last', { range: 'bytes=-5' }, part(size - 5, size)],
    ['more of the last than there is', { range: 'bytes=-999999' }, part(0, size)],
    ['of this file', { range: 'bytes=1-2', 'if-range': etag }, part(1, 3)],
    ['of an earlier file', { range: 'bytes=1-2', 'if-range': '"0"' }, [200, String(size), undefined, whole.body]],
    ['several', { range: 'bytes=1-2,4-5' }, [200, String(size), undefined, whole.body]],
    ['another unit', { range: 'lines=1-2' }, [200, String(size), undefined, whole.body]],
    ['nothing', { range: 'bytes=-' }, [200, String(size), undefined, whole.body]],
    ['backwards', { range: 'bytes=5-2' }, [200, String(size), undefined, whole.body]],
    ['behind the end', { range: `bytes=${size}-` }, [416, String(noSuchPart.length), `bytes */${size}`, noSuchPart]],
    ['none of the last', { range: 'bytes=-0' }, [416, String(noSuchPart.length), `bytes */${size}`, noSuchPart]]
  ]
  for (const [name, headers, expected] of table) {
    const { status, length, range, body } = await get(headers)
    t.strictSame([status, length, range, body], expected, name)
  }
  const head = await app.inject({ method: 'HEAD', url: '/ds/card-ranges.json' })
  t.strictSame([head.statusCode, head.headers['content-length'], head.body], [200, String(size), ''])
})

t.test('compressed where the client wants it, but never a part of the file: its bytes are those of the whole (§14)', async (t) => {
  const app = await build(t, { COMPRESSION: 'true' })
  const headers = { 'accept-encoding': 'gzip' }
  const packed = await app.inject({ method: 'POST', url: '/ds', headers: { ...headers, 'content-type': 'application/json' }, payload: pReq() })
  t.equal(packed.headers['content-encoding'], 'gzip')
  t.equal(JSON.parse(gunzipSync(packed.rawPayload).toString()).messageType, 'PRes')
  const whole = await app.inject({ url: '/ds/card-ranges.json', headers })
  const file = whole.headers['content-encoding'] === 'gzip' ? gunzipSync(whole.rawPayload) : whole.rawPayload
  const part = await app.inject({ url: '/ds/card-ranges.json', headers: { ...headers, range: 'bytes=100-8099' } })
  t.strictSame([part.statusCode, part.headers['content-encoding'], part.headers['content-length']], [206, undefined, '8000'])
  t.ok(part.rawPayload.equals(file.subarray(100, 8100)))
})

t.test('the ranges decide: a card outside of them takes no part, and one of other versions is 102 (§4, §5.2)', async (t) => {
  const [{ url }, theirs] = await Promise.all([withRanges(t), startThreeDSServer(t)])
  for (const version of VERSIONS) {
    for (const channel of ['01', '02', '03'] as const) {
      // Without device data of an app: nobody would open it.
      const message = aReq({ version, channel }, { acctNumber: '378282246310005' })
      const { message: ares } = await theirs.authenticate(`${url}/ds`, message)
      const { acsTransID, dsTransID } = ares
      t.strictSame(ares, {
        messageType: 'ARes',
        messageVersion: version,
        threeDSServerTransID: message.threeDSServerTransID,
        acsTransID,
        dsTransID,
        acsReferenceNumber: 'MOCK_DS',
        dsReferenceNumber: 'MOCK_DS',
        ...(channel === '01' ? { sdkTransID: message.sdkTransID } : {}),
        ...(channel === '01' && version === '2.3.1' ? { deviceInfoRecognisedVersion: '1.3', threeDSRequestorAppURLInd: 'N' } : {}),
        transStatus: 'U',
        transStatusReason: '13'
      }, `${version} ${channel}`)
    }
  }
  t.match((await theirs.authenticate(`${url}/ds`, aReq({ version: '2.1.0' }))).message,
    { messageType: 'Erro', messageVersion: '2.1.0', errorCode: '102', errorDetail: '2.2.0,2.3.1', errorMessageType: 'AReq' })
  t.match((await theirs.authenticate(`${url}/ds`, aReq({ version: '2.2.0' }, { acctNumber: '5200000000001005' }))).message, { errorCode: '102', errorDetail: '2.1.0' })
  t.match((await theirs.authenticate(`${url}/ds`, aReq({ version: '2.3.1' }))).message, { messageType: 'ARes', transStatus: 'Y' })
  t.strictSame(theirs.faults, [])
})

t.test('changes since a serialNum that is known (§14)', async (t) => {
  const [{ app, url }, theirs] = await Promise.all([withRanges(t), startThreeDSServer(t)])
  const { serialNum } = (await theirs.prepare(`${url}/ds`, pReq())).message
  app.roles.preparation.history.revise([RANGES[0] as any])
  const { message } = await theirs.prepare(`${url}/ds`, pReq('2.2.0', { serialNum }))
  t.not(message.serialNum, serialNum)
  t.match(message.cardRangeData, [{ startRange: '5200000000000000', actionInd: 'D' }])
  t.equal(message.cardRangeData.length, 1)
  t.strictSame(theirs.faults, [])
})

t.test('a file of card ranges that cannot be used stops the start, and says why', async (t) => {
  const folder = t.testdir({ 'wrong.json': '[{"start":"4"}]', 'many.json': JSON.stringify(Array.from({ length: 30 }, () => 1)) })
  const start = (path: string) => buildApp(loadConfig({ CARD_RANGES: path }).config)
  await t.rejects(start(`${folder}/none.json`), /CARD_RANGES.*cannot be read: ENOENT/s)
  await t.rejects(start(`${folder}/wrong.json`), /CARD_RANGES.*0\.start/s)
  const faults = await start(`${folder}/many.json`).catch((error) => error.faults)
  t.equal(faults.length, 20, 'thousands would help nobody')
})
