import { createPrivateKey, generateKeyPairSync, randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { createManualClock } from '../../src/clock.ts'
import { writeCertificates } from '../../src/commands/certificates.ts'
import { build, keepLog, post, START } from '../setup/app.ts'
import { type Acs, startAcs } from '../setup/parties/acs.ts'
import { evaluate } from '../setup/parties/evaluate.ts'
import { aReq, type Version } from '../setup/parties/messages.ts'
import { AppSdk, type AppSdkOptions } from '../setup/parties/sdk.ts'
import { type Authority, createAuthority, type Identity, SdkServer, type SigningOptions } from '../setup/parties/sdk-server.ts'
import { startThreeDSServer, type ThreeDSServer } from '../setup/parties/three-ds-server.ts'
import { appRequest, CHALLENGE_CARD, FRICTIONLESS_CARD } from '../setup/requests.ts'
import { fetchFrom } from '../setup/sdk-client.ts'

/* A split SDK (2.3.1): its server signs, a foreign 3DS Server sends that to this Directory Server, the client meets this ACS. */

const HTML_CARD = '4000400040004005'
const CHOICE_CARD = '4000400040004002'
const MINUTE = 60_000

interface Parties { app: FastifyInstance, url: string, theirs: ThreeDSServer, authority: Authority }

/** Starts the server, which trusts the authority of the SDK servers, and a 3DS Server. */
async function start (t: Test, env: Record<string, string> = {}): Promise<Parties> {
  const authority = createAuthority()
  const SPLIT_SDK_CA_PATH = join(t.testdir({}), 'split-sdk.pem')
  writeFileSync(SPLIT_SDK_CA_PATH, authority.rootPem)
  const app = await build(t, { ACS_SIGNING_ALG: 'ES256', SEED: 'split', SPLIT_SDK_CA_PATH, ...env }, { clock: createManualClock(START) })
  return { app, url: await app.listen({ host: '127.0.0.1', port: 0 }), theirs: await startThreeDSServer(t), authority }
}

interface Variant extends AppSdkOptions { splitSdkType?: { sdkVariant: string, limitedInd?: string } }

/** The client of a split SDK, with what its server signed for it. */
async function splitSdk (url: string, server: SdkServer, variant: Variant = {}, signing: SigningOptions = {}): Promise<AppSdk> {
  const { splitSdkType = { sdkVariant: '01' }, ...options } = variant
  const sdkTransID = server.openTransaction()
  const sdkServerSignedContent = await server.sign(sdkTransID, { at: START, ...signing })
  return new AppSdk(fetchFrom(url), { version: '2.3.1', enc: 'A128GCM', sdkTransID, split: { sdkServerSignedContent, splitSdkType }, ...options })
}

/** The AReq of that client. */
async function areqOf (sdk: AppSdk, acctNumber: string, members: Record<string, unknown> = {}): Promise<any> {
  const sdkEncData = await sdk.deviceData('EC', { directoryServerId: 'A000000003' })
  return aReq({ version: sdk.version, channel: '01' }, { ...sdk.members(), sdkEncData, acctNumber, ...members })
}

const ALL_HTML = { sdkInterface: '02', sdkUiType: ['05', '06'] }
const code = (sdk: AppSdk, isHtml: boolean) => isHtml ? sdk.submitHtml({ otp: '1234', action: 'submit' }) : sdk.enter('1234')

t.test('each variant, native or as HTML: AReq, challenge, RReq, final CRes (emv3ds-protocol §5.4, §5.5, §13.6)', async (t) => {
  const variants: [name: string, variant: Variant, card: string, acsRenderingType: { acsInterface: string, acsUiTemplate: string }][] = [
    ['native client', { splitSdkType: { sdkVariant: '01' } }, CHALLENGE_CARD, { acsInterface: '01', acsUiTemplate: '01' }],
    ['native client, HTML', { splitSdkType: { sdkVariant: '01' } }, HTML_CARD, { acsInterface: '02', acsUiTemplate: '01' }],
    ['browser, which shows HTML only', { splitSdkType: { sdkVariant: '02' }, ...ALL_HTML }, CHALLENGE_CARD, { acsInterface: '02', acsUiTemplate: '01' }],
    ['shell', { splitSdkType: { sdkVariant: '03' }, sdkInterface: '01' }, CHALLENGE_CARD, { acsInterface: '01', acsUiTemplate: '01' }],
    ['limited: a code where knowledge would be asked for', { splitSdkType: { sdkVariant: '03', limitedInd: 'Y' } }, CHOICE_CARD, { acsInterface: '01', acsUiTemplate: '01' }],
    ['limited, HTML', { splitSdkType: { sdkVariant: '02', limitedInd: 'Y' }, ...ALL_HTML }, CHOICE_CARD, { acsInterface: '02', acsUiTemplate: '01' }]
  ]
  for (const alg of ['ES256', 'PS256'] as const) {
    const { app, url, theirs, authority } = await start(t)
    const server = new SdkServer(authority.identity(alg))
    for (const [name, variant, card, acsRenderingType] of variants) {
      await t.test(`${name}, ${alg}`, async (t) => {
        // The SDK's server vouches for the transaction.
        const sdk = await splitSdk(url, server, variant)
        // The 3DS Server authenticates.
        const areq = await areqOf(sdk, card)
        const { message: ares } = await theirs.authenticate(`${url}/ds`, areq)
        t.match(ares, { messageType: 'ARes', transStatus: 'C', authenticationMethod: ['02'], acsRenderingType: { ...acsRenderingType, deviceUserInterfaceMode: '01' } })
        // The client is shown the challenge, and the cardholder answers.
        await sdk.accept(ares, areq)
        await sdk.start()
        const isHtml = acsRenderingType.acsInterface === '02'
        t.equal(sdk.screen.acsUiType, isHtml ? '05' : '01')
        t.match(await code(sdk, isHtml), { challengeCompletionInd: 'Y', transStatus: 'Y' })
        // The 3DS Server has the result.
        const results = theirs.of('RReq').map(({ message }) => message).filter(({ acsTransID }) => acsTransID === ares.acsTransID)
        t.equal(results.length, 1)
        t.match(results[0], { transStatus: 'Y', authenticationMethod: ['02'], sdkTransID: sdk.sdkTransID, acsRenderingType })
        t.strictSame(sdk.faults, [])
        const { aReq: kept } = await app.stateStore.get(ares.threeDSServerTransID)
        t.equal(kept['sdkServerSignedContent'], areq.sdkServerSignedContent)
      })
    }
    t.strictSame(theirs.faults, [])
  }
})

t.test('a split SDK that does not encrypt with A128GCM is told 310, and the challenge ends with U (§12.3, §13.4)', async (t) => {
  const { url, theirs, authority } = await start(t)
  const server = new SdkServer(authority.identity('ES256'))
  const sdk = await splitSdk(url, server, { enc: 'A128CBC-HS256' })
  const areq = await areqOf(sdk, CHALLENGE_CARD, { sdkEncData: await sdk.deviceData('EC', { directoryServerId: 'A000000003', enc: 'A128GCM' }) })
  const { message: ares } = await theirs.authenticate(`${url}/ds`, areq)
  await sdk.accept(ares, areq)
  t.match(await sdk.refused(), { errorCode: '310', errorComponent: 'A', errorMessageType: 'CReq', errorDetail: 'A128CBC-HS256', acsTransID: ares.acsTransID, sdkTransID: sdk.sdkTransID })
  t.match((await theirs.received('RReq')).message, { transStatus: 'U', challengeCancel: '10', challengeErrorReporting: { errorCode: '310' } })

  const ofApp = new AppSdk(fetchFrom(url), { version: '2.3.1' })
  const other = await areqOf(ofApp, CHALLENGE_CARD)
  await ofApp.accept((await theirs.authenticate(`${url}/ds`, other)).message, other)
  t.match(await ofApp.start(), { acsUiType: '01' }, 'one inside an app may choose')
  t.strictSame([theirs.faults, sdk.faults, ofApp.faults], [[], [], []])
})

t.test('device data of a split SDK that are not encrypted with A128GCM: D/310, and the ACS hears nothing (§12.2, §13.4)', async (t) => {
  const { app, url, theirs, authority } = await start(t)
  const sdk = await splitSdk(url, new SdkServer(authority.identity('ES256')), { enc: 'A128CBC-HS256' })
  const areq = await areqOf(sdk, CHALLENGE_CARD)
  const { message } = await theirs.authenticate(`${url}/ds`, areq)
  t.match(message, { messageType: 'Erro', errorCode: '310', errorComponent: 'D', errorDetail: 'A128CBC-HS256', errorMessageType: 'AReq', sdkTransID: sdk.sdkTransID })
  await t.rejects(app.stateStore.get(areq.threeDSServerTransID), { code: 'transaction_not_found' })
  const ofApp = new AppSdk(fetchFrom(url), { version: '2.3.1' })
  t.match((await theirs.authenticate(`${url}/ds`, await areqOf(ofApp, FRICTIONLESS_CARD))).message, { transStatus: 'Y' }, 'one inside an app may choose')
  t.strictSame(theirs.faults, [])
})

/** Each way in which signed content can be bad: what of the signing, and of the AReq, is different. */
type Bad = [name: string, signing: SigningOptions, members: (content: string) => Record<string, unknown>, code: string, detail: RegExp]

const none = (): Record<string, unknown> => ({})
const instead = (change: (parts: string[]) => string) => (content: string) => ({ sdkServerSignedContent: change(content.split('.')) })
const claims = Buffer.from('{"sdkTransID":"forged"}').toString('base64url')
const BAD: readonly Bad[] = [
  ['no JWS', {}, () => ({ sdkServerSignedContent: 'e.s' }), '203', /^sdkServerSignedContent$/],
  ['not there', {}, () => ({ sdkServerSignedContent: undefined }), '201', /^sdkServerSignedContent$/],
  ['no text', {}, () => ({ sdkServerSignedContent: { jws: 'e.y.J' } }), '203', /^sdkServerSignedContent/],
  ['a header that is no JSON', {}, instead(([, payload, signature]) => `e30x.${payload}.${signature}`), '308', /unusable header/],
  ['without x5c', { header: { x5c: undefined } }, none, '308', /unusable x5c/],
  ['another algorithm', {}, instead(([, payload, signature]) => `${Buffer.from('{"alg":"RS256"}').toString('base64url')}.${payload}.${signature}`), '308', /unsupported alg/],
  ['another payload', {}, instead(([header, , signature]) => `${header}.${claims}.${signature}`), '308', /wrong signature/],
  ['another signature', {}, instead(([header, payload]) => `${header}.${payload}.${Buffer.alloc(64, 1).toString('base64url')}`), '308', /wrong signature/],
  ['another key than the certificate\'s', { key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey }, none, '308', /wrong signature/],
  ['a certificate of another authority', { header: { x5c: createAuthority().identity('ES256').x5c } }, none, '308', /chain/],
  ['a payload without a member', { members: { splitSdkServerID: undefined } }, none, '203', /^sdkServerSignedContent\.splitSdkServerID$/],
  ['a moment that there is not', { members: { sdkSignatureTimestamp: '20260431101500' } }, none, '203', /^sdkServerSignedContent\.sdkSignatureTimestamp$/],
  ['of another transaction', { members: { sdkTransID: randomUUID() } }, none, '305', /sdkTransID/],
  ['of another SDK', { members: { sdkReferenceNumber: '3DS_LOA_SDK_OTHR_020301_00001' } }, none, '305', /sdkReferenceNumber/],
  ['for the SDK of another AReq', {}, () => ({ sdkReferenceNumber: '3DS_LOA_SDK_OTHR_020301_00001' }), '305', /sdkReferenceNumber/]
]

t.test('signed content that is bad: an Erro of the DS with its code, and the ACS hears nothing (§5.2, §12.2, §12.3)', async (t) => {
  const acs = await startAcs(t)
  const { url, theirs, authority } = await start(t, { DS_ACS_URL: acs.url })
  const server = new SdkServer(authority.identity('ES256'))
  for (const [name, signing, members, errorCode, detail] of BAD) {
    const sdk = await splitSdk(url, server, {}, signing)
    const areq = await areqOf(sdk, FRICTIONLESS_CARD)
    const { status, message } = await theirs.authenticate(`${url}/ds`, { ...areq, ...members(areq.sdkServerSignedContent) })
    t.match([status, message], [200, { messageType: 'Erro', messageVersion: '2.3.1', errorCode, errorComponent: 'D', errorMessageType: 'AReq', errorDetail: detail, sdkTransID: sdk.sdkTransID }], name)
    t.strictSame(evaluate(message), [], name)
  }
  t.strictSame([acs.arrivals.length, theirs.faults], [0, []])
})

t.test('the signature is looked at before the device data (§5.2)', async (t) => {
  const { url, theirs, authority } = await start(t)
  const sdk = await splitSdk(url, new SdkServer(authority.identity('ES256')))
  const areq = await areqOf(sdk, FRICTIONLESS_CARD, { sdkEncData: 'eyJ.e.i.c.t' })
  t.match((await theirs.authenticate(`${url}/ds`, { ...areq, sdkServerSignedContent: 'e30.e30.AAAA' })).message, { errorCode: '308' })
  t.match((await theirs.authenticate(`${url}/ds`, areq)).message, { errorCode: '302' })
  t.strictSame(theirs.faults, [])
})

t.test('it is no element of an earlier version, nor of a browser: nobody looks at it (§3.6)', async (t) => {
  const { url, theirs } = await start(t)
  const split = { sdkServerSignedContent: 'x.y.z', splitSdkType: { sdkVariant: '02' } }
  for (const version of ['2.1.0', '2.2.0'] as Version[]) {
    const sdk = new AppSdk(fetchFrom(url), { version, split })
    t.match((await theirs.authenticate(`${url}/ds`, await areqOf(sdk, FRICTIONLESS_CARD))).message, { messageType: 'ARes', transStatus: 'Y' }, version)
  }
  t.match((await theirs.authenticate(`${url}/ds`, aReq({ version: '2.3.1' }, { acctNumber: FRICTIONLESS_CARD, ...split }))).message, { messageType: 'ARes', transStatus: 'Y' })
  t.strictSame(theirs.faults, [])
})

t.test('whose certificates are trusted: the root at /ds/ca.pem, and those of SPLIT_SDK_CA_PATH', async (t) => {
  const { url, theirs, authority } = await start(t)
  // The operator has the authority of SEED write a certificate.
  const folder = join(t.testdir({}), 'certificates')
  await writeCertificates([folder], { SEED: 'split' }, createManualClock(START))
  const file = (name: string) => readFileSync(join(folder, name), 'utf8')
  const x5c = file('client.pem').split('-----END CERTIFICATE-----').slice(0, -1).map((one) => one.replace(/-----BEGIN CERTIFICATE-----|\s/g, ''))
  const ours: Identity = { alg: 'ES256', x5c, key: createPrivateKey(file('client-key.pem')) }
  const answerTo = async (identity: Identity) => {
    const sdk = await splitSdk(url, new SdkServer(identity))
    return (await theirs.authenticate(`${url}/ds`, await areqOf(sdk, FRICTIONLESS_CARD))).message
  }
  t.match(await answerTo(ours), { messageType: 'ARes', transStatus: 'Y' })
  t.match(await answerTo(authority.identity('ES256')), { messageType: 'ARes', transStatus: 'Y' })
  t.match(await answerTo(createAuthority().identity('ES256')), { messageType: 'Erro', errorCode: '308' })
  t.strictSame(theirs.faults, [])
})

t.test('CHECK_CLOCK_SKEW: purchaseDate and sdkSignatureTimestamp at most 30 minutes off, in 2.3.1 only; off by default (§3.12, §17)', async (t) => {
  for (const env of [{}, { CHECK_CLOCK_SKEW: 'true' }]) {
    const { app, url, theirs, authority } = await start(t, env)
    const isOn = 'CHECK_CLOCK_SKEW' in env
    const server = new SdkServer(authority.identity('ES256'))
    const authenticate = async (signing: SigningOptions, members: Record<string, unknown> = {}) => {
      const sdk = await splitSdk(url, server, {}, signing)
      return (await theirs.authenticate(`${url}/ds`, await areqOf(sdk, FRICTIONLESS_CARD, members))).message
    }
    const taken = { messageType: 'ARes', transStatus: 'Y' }
    const refused = (errorDetail: string) => isOn ? { messageType: 'Erro', errorCode: '203', errorComponent: 'D', errorDetail } : taken
    for (const at of [START - 30 * MINUTE, START + 30 * MINUTE]) t.match(await authenticate({ at }), taken)
    for (const at of [START - 30 * MINUTE - 1000, START + 30 * MINUTE + 1000]) t.match(await authenticate({ at }), refused('sdkServerSignedContent.sdkSignatureTimestamp'))
    for (const purchaseDate of ['20261120094500', '20261120104500']) t.match(await authenticate({}, { purchaseDate }), taken)
    for (const purchaseDate of ['20261120094459', '20261120104501']) t.match(await authenticate({}, { purchaseDate }), refused('purchaseDate'))
    t.match(await authenticate({}, { purchaseDate: undefined, messageCategory: '02' }), taken, 'no purchase')
    const late = { purchaseDate: '20251120101500', acctNumber: FRICTIONLESS_CARD }
    t.match((await theirs.authenticate(`${url}/ds`, aReq({ version: '2.2.0' }, late))).message, taken, 'earlier versions do not')
    const { body } = await post(app, '/3ds/authenticate', { ...requestOf(), purchase: { ...requestOf().purchase, purchaseDate: late.purchaseDate } })
    t.match(body, isOn ? { messageType: 'Erro', errorCode: '203', errorDetail: 'purchaseDate' } : { transStatus: 'Y' }, 'the 3DS Server API as well')
    const asked = async (sdk: AppSdk) => (await post(app, '/3ds/authenticate', requestOf(sdk))).body
    const early = { at: START - 31 * MINUTE }
    t.match(await asked(await splitSdk(url, server)), { transStatus: 'Y' })
    t.match(await asked(await splitSdk(url, server, {}, early)), isOn ? refused('sdkServerSignedContent.sdkSignatureTimestamp') : { transStatus: 'Y' })
    t.match(await asked(await splitSdk(url, new SdkServer(createAuthority().identity('ES256')), {}, early)), { transStatus: 'Y' }, 'nothing counts of what nobody vouches for')
    t.strictSame(theirs.faults, [])
  }
})

/** The request of a split SDK's app to the 3DS Server API. @param sdk absent: of an app that says nothing of its SDK */
function requestOf (sdk?: AppSdk): any {
  const request = appRequest(randomUUID(), FRICTIONLESS_CARD)
  const members = sdk?.members() ?? request
  const { sdkTransID, sdkEphemPubKey, deviceRenderOptions, sdkReferenceNumber, sdkType, splitSdkType, sdkServerSignedContent } = members
  return {
    ...request,
    preferredProtocolVersion: '2.3.1',
    purchase: { purchaseAmount: '4599', purchaseCurrency: '978', purchaseExponent: '2', purchaseDate: '20261120101500' },
    sdkTransID,
    sdkEphemPubKey,
    deviceRenderOptions,
    sdkInformation: { sdkReferenceNumber, sdkType, splitSdkType, sdkServerSignedContent }
  }
}

/** The same with everything that 2.3.1 requires. */
async function wholeRequestOf (sdk: AppSdk): Promise<any> {
  const request = requestOf(sdk)
  const areq = await areqOf(sdk, FRICTIONLESS_CARD)
  const pick = (...names: string[]) => Object.fromEntries(names.map((name) => [name, areq[name]]))
  return {
    ...request,
    threeDSRequestor: pick('threeDSRequestorURL', 'threeDSRequestorAuthenticationInd'),
    cardholderAccount: pick('acctNumber', 'cardExpiryDate'),
    acquirer: pick('acquirerBIN', 'acquirerMerchantID', 'acquirerCountryCode', 'acquirerCountryCodeSource'),
    merchant: pick('mcc', 'merchantName', 'merchantCountryCode', 'threeDSRequestorID', 'threeDSRequestorName'),
    sdkInformation: { ...request.sdkInformation, ...pick('sdkAppID', 'sdkMaxTimeout', 'sdkEncData') }
  }
}

t.test('/3ds/authenticate: what the SDK\'s server signed reaches the ACS letter for letter', async (t) => {
  const acs: Acs = await startAcs(t)
  const { app, url, authority } = await start(t, { DS_ACS_URL: acs.url })
  const sdk = await splitSdk(url, new SdkServer(authority.identity('PS256')), { splitSdkType: { sdkVariant: '02', limitedInd: 'Y' } })
  t.match((await post(app, '/3ds/authenticate', requestOf(sdk))).body, { transStatus: 'Y' })
  const { sdkType, splitSdkType, sdkServerSignedContent, sdkReferenceNumber, sdkTransID } = (await acs.received('AReq')).message
  t.strictSame({ sdkType, splitSdkType, sdkServerSignedContent, sdkReferenceNumber, sdkTransID }, Object.fromEntries(
    ['sdkType', 'splitSdkType', 'sdkServerSignedContent', 'sdkReferenceNumber', 'sdkTransID'].map((name) => [name, sdk.members()[name]])
  ))
})

t.test('/3ds/authenticate: a bad signature is noted, as other things that a 3DS Requestor gets wrong are; VALIDATION=emv-strict refuses it', async (t) => {
  const forged = createAuthority().identity('ES256')
  const { logger, lines } = await keepLog()
  const app = await build(t, { SEED: 'split', LOG_LEVEL: 'debug' }, { clock: createManualClock(START), logger })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const sdk = await splitSdk(url, new SdkServer(forged))
  t.match((await post(app, '/3ds/authenticate', requestOf(sdk))).body, { transStatus: 'Y' })
  t.ok(lines.some((line) => line.includes('findings in a message') && line.includes('"errorCode":"308"')))
  const { sdkInformation, ...request } = requestOf(sdk)
  const noText = { ...sdkInformation, sdkServerSignedContent: { toString: 1 } }
  t.match((await post(app, '/3ds/authenticate', { ...request, threeDSServerTransID: randomUUID(), sdkInformation: noText })).body, { transStatus: 'Y' }, 'what is no text')

  const { app: strict, url: strictURL, authority } = await start(t, { VALIDATION: 'emv-strict' })
  for (const [identity, answer] of [[forged, { messageType: 'Erro', errorCode: '308', errorComponent: 'D' }], [authority.identity('ES256'), { transStatus: 'Y' }]] as const) {
    const one = await splitSdk(strictURL, new SdkServer(identity))
    t.match((await post(strict, '/3ds/authenticate', await wholeRequestOf(one))).body, answer)
  }
})
