import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { build } from '../setup/app.ts'
import { aReq, browserCReq, type Channel, type Version } from '../setup/parties/messages.ts'
import { type Behaviour, hangUp, notJson, silence } from '../setup/parties/party.ts'
import { AppSdk } from '../setup/parties/sdk.ts'
import { encoded, postForm, readForm, readForms, type Shop, startShop, submit } from '../setup/parties/shop.ts'
import { resultsRefused, resultsTaken, startThreeDSServer } from '../setup/parties/three-ds-server.ts'
import { CHALLENGE_CARD, FRICTIONLESS_CARD } from '../setup/requests.ts'
import { fetchFrom } from '../setup/sdk-client.ts'

/* A foreign 3DS Server, its shop and its app use this Directory Server and its ACS over HTTP. */

const VERSIONS: readonly Version[] = ['2.1.0', '2.2.0', '2.3.1']
const CHANNELS: readonly Channel[] = ['01', '02', '03']
const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/

/** Starts the server where others reach it. @returns its address, and itself */
async function start (t: Test, env: Record<string, string> = {}): Promise<{ url: string, app: FastifyInstance }> {
  const app = await build(t, { ACS_SIGNING_ALG: 'ES256', SEED: 'directory', ...env })
  return { url: await app.listen({ host: '127.0.0.1', port: 0 }), app }
}

/** Waits for the answer of the page that a form leads to, as a browser does: the end of the challenge at the shop. */
async function challengeInBrowser (url: string, aRes: any, shop: Shop, otp = '1234'): Promise<any> {
  const page = await postForm(aRes.acsURL, { creq: encoded(browserCReq(aRes)), threeDSSessionData: 'c2Vzc2lvbg' })
  const [form] = readForms(page.raw)
  if (form === undefined) throw new Error(`no form: ${page.raw}`)
  const end = await submit({ ...form, fields: { ...form.fields, otp, action: 'submit' } }, aRes.acsURL)
  await submit(readForm(end.raw), url)
  return await shop.challengeEnd()
}

t.test('AReq → ARes without a challenge: every status, version and channel, whole by the catalogue (emv3ds-protocol §5.2, §6)', async (t) => {
  const [{ url }, theirs] = await Promise.all([start(t), startThreeDSServer(t)])
  const cards: [card: string, transStatus: string, reason: string | undefined][] = [
    [FRICTIONLESS_CARD, 'Y', undefined], ['4000000000001018', 'N', '01'], ['4000000000001026', 'A', undefined], ['4000000000001034', 'U', '14'],
    ['4000000000001042', 'R', '11'], ['4000000000002024', 'I', undefined]
  ]
  for (const version of VERSIONS) {
    for (const channel of CHANNELS) {
      for (const [acctNumber, transStatus, reason] of cards) {
        const unknown = transStatus === 'I' && version === '2.1.0'
        const wanted = transStatus === 'I' && version !== '2.1.0' ? { threeDSRequestorChallengeInd: version === '2.3.1' ? ['06'] : '06' } : {}
        const message = aReq({ version, channel }, { acctNumber, sdkEncData: undefined, ...(channel === '03' ? {} : wanted) })
        if (channel === '01') message.sdkEncData = await new AppSdk(fetchFrom(url)).deviceData('EC', { directoryServerId: 'A000000003' })
        const { status, message: ares } = await theirs.authenticate(`${url}/ds`, message)
        t.match([status, ares.messageType, ares.transStatus, ares.transStatusReason], [200, 'ARes', unknown ? 'U' : transStatus, unknown ? '07' : reason], `${version} ${channel} ${transStatus}`)
        t.equal(ares.messageVersion, version)
      }
    }
  }
  t.strictSame(theirs.faults, [])
})

t.test('a whole ARes, and its headers (§2, §18)', async (t) => {
  const [{ url, app }, theirs] = await Promise.all([start(t), startThreeDSServer(t)])
  const message = aReq({ version: '2.2.0' })
  const { headers, message: ares } = await theirs.authenticate(`${url}/ds`, message)
  const { dsTransID, acsTransID, authenticationValue } = ares
  t.match({ dsTransID, acsTransID }, { dsTransID: UUID, acsTransID: UUID })
  t.strictSame(ares, {
    messageType: 'ARes',
    messageVersion: '2.2.0',
    threeDSServerTransID: message.threeDSServerTransID,
    acsTransID,
    dsTransID,
    acsOperatorID: 'MOCK_ACS',
    acsReferenceNumber: 'issuer1',
    dsReferenceNumber: 'MOCK_DS',
    transStatus: 'Y',
    eci: '05',
    authenticationValue
  })
  t.strictSame([headers['content-type'], headers['x-response-id']], ['application/json; charset=UTF-8', undefined])
  t.match(await app.stateStore.get(message.threeDSServerTransID), { dsTransID, acsTransID, parties: { threeDSServer: 'elsewhere', ds: 'here', acs: 'here' } })

  const newer = aReq({ version: '2.3.1' })
  const id = newer.threeDSServerTransID
  const answer = await theirs.post(`${url}/ds`, { ...newer, threeDSServerURL: theirs.url }, { 'X-Request-ID': id })
  t.strictSame([answer.headers['x-request-id'], answer.headers['x-response-id']], [id, answer.message.dsTransID], 'tracing came with 2.3.1')
  t.strictSame(theirs.faults, [])
})

t.test('AReq → ARes C: the challenge whole in a browser, RReq to the 3DS Server before the CRes (§5.3, §10)', async (t) => {
  for (const version of VERSIONS) {
    await t.test(version, async (t) => {
      const [{ url, app }, theirs, shop] = await Promise.all([start(t), startThreeDSServer(t), startShop(t)])
      const message = aReq({ version }, { acctNumber: CHALLENGE_CARD, notificationURL: shop.notificationURL })
      const { message: ares } = await theirs.authenticate(`${url}/ds`, message)
      const { threeDSServerTransID, acsTransID, dsTransID } = ares
      const ids = { messageVersion: version, threeDSServerTransID, acsTransID, dsTransID }
      const method = version === '2.3.1' ? { authenticationMethod: ['02'] } : { authenticationType: '02' }
      t.strictSame(ares, {
        messageType: 'ARes',
        ...ids,
        acsOperatorID: 'MOCK_ACS',
        acsReferenceNumber: 'issuer1',
        dsReferenceNumber: 'MOCK_DS',
        transStatus: 'C',
        acsChallengeMandated: 'Y',
        ...method,
        acsURL: `${url}/acs/challenge`
      })
      const order: string[] = []
      theirs.onResults((arrival) => { order.push('RReq'); return resultsTaken()(arrival) })
      const notified = shop.answers['']
      shop.answers[''] = (arrival) => { order.push('CRes'); return (notified as any)(arrival) }
      const { cres, threeDSSessionData } = await challengeInBrowser(url, ares, shop)
      t.match(cres, { messageType: 'CRes', messageVersion: version, threeDSServerTransID, acsTransID, transStatus: 'Y' })
      t.equal(threeDSSessionData, 'c2Vzc2lvbg')
      const { headers, message: rreq } = await theirs.received('RReq')
      t.strictSame(rreq, {
        messageType: 'RReq',
        ...ids,
        messageCategory: '01',
        transStatus: 'Y',
        ...method,
        interactionCounter: '01',
        eci: '05',
        authenticationValue: rreq.authenticationValue
      })
      t.equal(headers['x-request-id'], version === '2.3.1' ? dsTransID : undefined)
      t.strictSame(order, ['RReq', 'CRes'])
      const kept = await app.stateStore.get(threeDSServerTransID)
      const rres = { messageType: 'RRes', ...ids, resultsStatus: '01' }
      t.strictSame([kept.relayed, kept.challenge?.state], [{ rReq: rreq, answer: rres }, 'ended'])
      t.match(kept.challenge?.reports, [{ outcome: 'answered', answer: rres }])
      t.strictSame([theirs.faults, shop.faults], [[], []])
    })
  }
})

t.test('an app: device data for each kind of key, and the challenge whole (§5.4, §13)', async (t) => {
  for (const version of VERSIONS) {
    for (const kty of ['RSA', 'EC'] as const) {
      await t.test(`${version} ${kty}`, async (t) => {
        const [{ url, app }, theirs] = await Promise.all([start(t), startThreeDSServer(t)])
        const sdk = new AppSdk(fetchFrom(url), { version, enc: kty === 'RSA' ? 'A128CBC-HS256' : 'A128GCM' })
        const sdkEncData = await sdk.deviceData(kty, { directoryServerId: 'A000000003' })
        const message = aReq({ version, channel: '01' }, { ...sdk.members(), sdkEncData, acctNumber: CHALLENGE_CARD })
        const { message: ares } = await theirs.authenticate(`${url}/ds`, message)
        t.equal(ares.transStatus, 'C')
        await sdk.accept(ares, message)
        t.equal(sdk.content?.acsURL, `${url}/acs/app`)
        await sdk.start()
        t.match(await sdk.enter('1234'), { challengeCompletionInd: 'Y', transStatus: 'Y' })
        t.match((await theirs.received('RReq')).message, { transStatus: 'Y', acsTransID: ares.acsTransID })
        t.strictSame([theirs.faults, sdk.faults], [[], []])
        const kept = await app.stateStore.get(ares.threeDSServerTransID)
        t.equal(kept.aReq['sdkEncData'], undefined, 'device data is not kept as it came')
      })
    }
  }
})

t.test('device data that cannot be opened is refused: 302, and 311 for an unknown key from 2.3.1 on (§5.2, §12.2)', async (t) => {
  const [{ url }, theirs] = await Promise.all([start(t), startThreeDSServer(t)])
  for (const [version, code] of [['2.2.0', '302'], ['2.3.1', '311']] as const) {
    const sdk = new AppSdk(fetchFrom(url), { version })
    const { keys } = await (await fetch(`${url}/ds/keys`)).json() as any
    const other = { ...keys.find((one: any) => one.kty === 'RSA'), kid: 'unknown' }
    const send = async () => ({ status: 200, contentType: '', headers: {}, body: JSON.stringify({ keys: [other] }) })
    const members = { ...sdk.members(), sdkEncData: await new AppSdk(send, { version }).deviceData('RSA') }
    t.match((await theirs.authenticate(`${url}/ds`, aReq({ version, channel: '01' }, members))).message,
      { messageType: 'Erro', messageVersion: version, errorCode: code, errorComponent: 'D', errorMessageType: 'AReq' })
    t.match((await theirs.authenticate(`${url}/ds`, aReq({ version, channel: '01' }))).message, { messageType: 'Erro', errorCode: '302' }, 'no JWE of ours')
  }
  t.strictSame(theirs.faults, [])
})

t.test('a 3DS Server that is away, silent or refuses: the cardholder still gets back to the shop, and what came of it is kept (§10)', async (t) => {
  const table: [name: string, behaviour: Behaviour, answer: object][] = [
    ['away', hangUp, { messageType: 'Erro', errorCode: '405', errorComponent: 'D', errorMessageType: 'RReq' }],
    ['silent', silence, { messageType: 'Erro', errorCode: '402', errorComponent: 'D' }],
    ['refuses', resultsRefused('203', 'eci'), { messageType: 'Erro', errorCode: '203', errorComponent: 'S' }],
    ['answers nonsense', notJson, { messageType: 'Erro', errorCode: '101', errorComponent: 'D', errorMessageType: 'RRes' }]
  ]
  for (const [name, behaviour, answer] of table) {
    const [{ url, app }, theirs, shop] = await Promise.all([start(t, name === 'silent' ? { DS_RRES_TIMEOUT_MS: '300' } : {}), startThreeDSServer(t), startShop(t)])
    theirs.onResults(behaviour)
    const { message: ares } = await theirs.authenticate(`${url}/ds`, aReq({}, { acctNumber: CHALLENGE_CARD, notificationURL: shop.notificationURL }))
    t.match((await challengeInBrowser(url, ares, shop)).cres, { transStatus: 'Y' }, name)
    const { challenge } = await app.stateStore.get(ares.threeDSServerTransID)
    t.match(challenge, { state: 'ended', reports: [{ outcome: 'answered', answer }] }, name)
    t.equal(await app.jobs.runDue(), 0)
    t.strictSame([theirs.faults, shop.faults], [[], []], name)
  }
})

t.test('the SDK derives its key with the id of the card\'s Directory Server (§13.1)', async (t) => {
  const [{ url }, theirs] = await Promise.all([start(t), startThreeDSServer(t)])
  for (const [acctNumber, directoryServerId] of [[FRICTIONLESS_CARD, 'A000000003'], ['5200000000001005', 'A000000004'], ['378282246310005', 'A000000025'], ['6360000000000000', 'F000000000']] as const) {
    const sdk = new AppSdk(fetchFrom(url))
    const members = { ...sdk.members(), acctNumber, sdkEncData: await sdk.deviceData('EC', { directoryServerId }) }
    t.match((await theirs.authenticate(`${url}/ds`, aReq({ channel: '01' }, members))).message, { messageType: 'ARes', transStatus: 'Y' }, acctNumber)
    const other = { ...members, sdkEncData: await sdk.deviceData('EC', { directoryServerId: 'A000000999' }) }
    t.match((await theirs.authenticate(`${url}/ds`, aReq({ channel: '01' }, other))).message, { messageType: 'Erro', errorCode: '302', errorDetail: 'sdkEncData cannot be decrypted' }, acctNumber)
  }
  t.strictSame(theirs.faults, [])
})
