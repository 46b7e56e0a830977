import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import type { PublicJwk, RReq } from '../../src/protocol/messages.ts'
import { build, keepLog, post } from '../setup/app.ts'
import { type Answer, challengedSdk, createSdk, type Enc, injectInto, type Sdk, type SdkOptions } from '../setup/sdk-client.ts'
import { browserRequest, FRICTIONLESS_CARD } from '../setup/requests.ts'

const ENCS: readonly Enc[] = ['A128CBC-HS256', 'A128GCM']
const VALUE = /^AAAB[A-Za-z0-9+/]{23}=$/

type Json = Record<string, any>

/** One server for many transactions: each test has its own. */
const emv = await build(t, { ACS_SIGNING_ALG: 'ES256', SEED: 'app challenge' })

function start (app: FastifyInstance = emv, options: SdkOptions = {}, members: Json = {}): Promise<Sdk> {
  return challengedSdk(injectInto(app), options, members)
}

/** What `/3ds/final` has to say of an ended challenge; of a Y, `proof` is what it says beside. */
async function checkFinal (t: Test, app: FastifyInstance, sdk: Sdk, result: Json): Promise<void> {
  const { threeDSServerTransID, acsTransID, dsTransID } = sdk
  const { status, body } = await post(app, '/3ds/final', { threeDSServerTransID })
  const ids = { threeDSServerTransID, acsTransID, dsTransID, sdkTransID: sdk.options.sdkTransID }
  const proof = result['transStatus'] === 'Y' ? { eci: '05', authenticationValue: body.authenticationValue } : {}
  if (result['transStatus'] === 'Y') t.match(body.authenticationValue, VALUE)
  t.equal(status, 200)
  t.strictSame(body, {
    ...proof,
    threeDSServerTransID,
    transStatus: result['transStatus'],
    resultsResponse: { messageType: 'RRes', messageVersion: '2.2.0', ...ids, resultsStatus: '01' },
    resultsRequest: {
      messageType: 'RReq',
      messageVersion: '2.2.0',
      ...ids,
      messageCategory: '01',
      acsRenderingType: { acsInterface: '01', acsUiTemplate: '01' },
      ...(result['transStatus'] === 'U' ? {} : { authenticationType: '02' }),
      ...proof,
      ...result
    }
  })
}

async function checkOpen (t: Test, app: FastifyInstance, { threeDSServerTransID }: Sdk): Promise<void> {
  t.match(await post(app, '/3ds/final', { threeDSServerTransID }), { status: 400, body: { error: 'Results not found for this transaction' } })
}

/** The whole Erro, and that it left the challenge where it was. */
async function checkErro (t: Test, { threeDSServerTransID }: Sdk, send: () => Promise<Answer>, expected: Json): Promise<void> {
  const before = await emv.stateStore.get(threeDSServerTransID)
  isErro(t, await send(), expected)
  t.strictSame(await emv.stateStore.get(threeDSServerTransID), before, 'nothing has changed')
}

/** The whole Erro, and that the challenge is over with it: the RReq says U. */
async function checkEndedBy (t: Test, sdk: Sdk, send: () => Promise<Answer>, expected: Json): Promise<void> {
  isErro(t, await send(), expected)
  await checkFinal(t, emv, sdk, { transStatus: 'U', transStatusReason: '22', challengeCancel: '06', interactionCounter: '00' })
}

/** A CReq after the end is told so, and nothing else happens. */
async function checkOver (t: Test, sdk: Sdk, jwe?: string): Promise<void> {
  await checkErro(t, sdk, async () => jwe === undefined ? sdk.postCReq({ challengeDataEntry: '1234' }) : sdk.post(jwe), erro('305', 'The challenge is over', sdk))
}

function isErro (t: Test, answer: Answer, expected: Json): void {
  t.equal(answer.status, 200, 'some SDKs read nothing but 2xx')
  t.equal(answer.contentType, 'application/json; charset=UTF-8')
  t.strictSame(JSON.parse(answer.body), {
    // Of a transaction that nobody knows the newest version is spoken (emv3ds §4).
    messageType: 'Erro', messageVersion: expected['threeDSServerTransID'] === undefined ? '2.3.1' : '2.2.0', errorComponent: 'A', errorMessageType: 'CReq', ...expected
  })
}

const DESCRIPTIONS: Json = {
  101: 'Message is not readable or not meant for this component',
  102: 'Message version is not supported',
  201: 'A required element is missing',
  202: 'A critical message extension is not known',
  203: 'An element has an invalid format or value',
  301: 'Transaction identifier is not known or not valid here',
  302: 'Decryption or signature check failed',
  305: 'Transaction data is well formed but cannot be used'
}

function erro (errorCode: string, errorDetail: string, { threeDSServerTransID, dsTransID, acsTransID, options }: Sdk): Json {
  const ids = { threeDSServerTransID, dsTransID, acsTransID, sdkTransID: options.sdkTransID }
  return { errorCode, errorDetail, errorDescription: DESCRIPTIONS[errorCode], ...ids }
}

const image = (base: string, name: string) => Object.fromEntries(['medium', 'high', 'extraHigh'].map((size) => [size, `${base}/acs/images/${name}-${size}.png`]))

/** What the first screen has in addition. */
function firstElements (base: string): Json {
  return {
    issuerImage: image(base, 'issuer'),
    psImage: image(base, 'payment-system'),
    whyInfoLabel: 'Why do I see this?',
    whyInfoText: 'The shop asked your bank to make sure that it is you.',
    expandInfoLabel: 'About this mock',
    expandInfoText: 'This is a mock, not a bank: code 1234 passes.'
  }
}

function screen (sdk: Sdk, counter: string, members: Json, base = 'http://127.0.0.1:8080'): Json {
  return {
    ...(counter === '000' ? firstElements(base) : {}),
    messageType: 'CRes',
    threeDSServerTransID: sdk.threeDSServerTransID,
    acsTransID: sdk.acsTransID,
    sdkTransID: sdk.options.sdkTransID,
    messageVersion: '2.2.0',
    acsCounterAtoS: counter,
    challengeCompletionInd: 'N',
    acsUiType: '01',
    challengeInfoHeader: 'Authentication Required',
    challengeInfoLabel: 'Enter OTP:',
    submitAuthenticationLabel: 'Submit',
    resendInformationLabel: 'Resend code',
    ...members
  }
}

function end (sdk: Sdk, counter: string, transStatus: string): Json {
  const { threeDSServerTransID, acsTransID, options: { sdkTransID } } = sdk
  return { messageType: 'CRes', threeDSServerTransID, acsTransID, sdkTransID, messageVersion: '2.2.0', acsCounterAtoS: counter, challengeCompletionInd: 'Y', transStatus }
}

const OPENED = { challengeInfoText: 'We have sent a code to your mobile phone.\n€45.99' }
const RESENT = { challengeInfoText: 'We have sent you a new code.\n€45.99' }
const wrong = (attempts: number) => ({ challengeInfoText: `That code is wrong. Attempts left: ${attempts}.\n€45.99`, challengeInfoTextIndicator: 'Y' })

t.test('a wrong code, then the right one: either signature, either encryption, told or untold SDK, either path (emv3ds §5.4, §13)', async (t) => {
  for (const alg of ['PS256', 'ES256'] as const) {
    const app = await build(t, { ACS_SIGNING_ALG: alg, PUBLIC_URL: 'https://acs.test/mock' })
    for (const enc of ENCS) {
      for (const sdkReferenceNumber of [undefined, '3DS_LOA_SDK_ANY_020300_01234']) {
        for (const path of ['/acs/app', '/challenge']) {
          const sdk = await createSdk(injectInto(app), { enc, path, ...(sdkReferenceNumber === undefined ? {} : { sdkReferenceNumber }) })
          const { authenticationResponse: { acsSignedContent, acsRenderingType, acsURL } } = await sdk.authenticate()
          const [header, content] = acsSignedContent.split('.').map((part: string) => Buffer.from(part, 'base64url'))
          t.strictSame([JSON.parse(header).alg, JSON.parse(content).acsURL, acsURL, acsRenderingType],
            [alg, 'https://acs.test/mock/acs/app', undefined, { acsInterface: '01', acsUiTemplate: '01' }])
          t.strictSame(await sdk.start(), screen(sdk, '000', OPENED, 'https://acs.test/mock'))
          t.strictSame(await sdk.enter('0000'), screen(sdk, '001', wrong(2)))
          await checkOpen(t, app, sdk)
          t.strictSame(await sdk.enter('1234'), end(sdk, '002', 'Y'))
          await checkFinal(t, app, sdk, { transStatus: 'Y', interactionCounter: '02' })
        }
      }
    }
  }
})

t.test('ids come back letter for letter, capitals included, and version 2.1.0 stays 2.1.0', async (t) => {
  const sdkTransID = randomUUID().toUpperCase()
  const sdk = await start(emv, { sdkTransID }, { preferredProtocolVersion: '2.1.0' })
  t.equal(sdk.messageVersion, '2.1.0')
  await sdk.start()
  sdk.acsTransID = sdk.acsTransID.toUpperCase()
  t.strictSame(await sdk.enter('1234'), { ...end(sdk, '001', 'Y'), messageVersion: '2.1.0' })
  const { body } = await post(emv, '/3ds/final', { threeDSServerTransID: sdk.threeDSServerTransID })
  t.notHas(body.resultsRequest, { sdkTransID: String }, 'no sdkTransID in RReq and RRes of 2.1.0')
})

t.test('wrong codes up to OTP_MAX_ATTEMPTS end with N, reason 19 (emv3ds §10)', async (t) => {
  const sdk = await start()
  await sdk.start()
  t.strictSame(await sdk.enter('1'), screen(sdk, '001', wrong(2)))
  t.strictSame(await sdk.enter('12345'), screen(sdk, '002', wrong(1)))
  t.strictSame(await sdk.enter('4321'), end(sdk, '003', 'N'))
  await checkFinal(t, emv, sdk, { transStatus: 'N', transStatusReason: '19', interactionCounter: '03' })

  const strict = await build(t, { ACS_SIGNING_ALG: 'ES256', OTP_MAX_ATTEMPTS: '1', OTP: '0000-ä' })
  const [fails, passes] = [await start(strict), await start(strict, { enc: 'A128GCM' })]
  for (const sdk of [fails, passes]) await sdk.start()
  t.strictSame(await fails.enter('1234'), end(fails, '001', 'N'))
  t.strictSame(await passes.enter('0000-ä'), end(passes, '001', 'Y'))
})

t.test('cancel ends with N and its code, at once or later (emv3ds §9.1, §10)', async (t) => {
  for (const challengeCancel of ['01', '08']) {
    const sdk = await start()
    await sdk.start()
    await sdk.enter('0000')
    t.strictSame(await sdk.challenge({ challengeCancel }), end(sdk, '002', 'N'))
    await checkFinal(t, emv, sdk, { transStatus: 'N', transStatusReason: '01', challengeCancel, interactionCounter: '01' })
  }
  const sdk = await start()
  t.strictSame(await sdk.challenge({ challengeCancel: '01' }), end(sdk, '000', 'N'))
  await checkFinal(t, emv, sdk, { transStatus: 'N', transStatusReason: '01', challengeCancel: '01', interactionCounter: '00' })
})

t.test('resend and an empty first CReq are no attempts; an empty later one is (emv3ds §9.1)', async (t) => {
  const sdk = await start()
  t.strictSame(await sdk.challenge(), screen(sdk, '000', OPENED))
  t.strictSame(await sdk.challenge({ resendChallenge: 'Y' }), screen(sdk, '001', RESENT))
  t.strictSame(await sdk.challenge({ challengeNoEntry: 'Y' }), screen(sdk, '002', wrong(2)))
  t.strictSame(await sdk.challenge({ challengeDataEntry: '1234', resendChallenge: 'N' }), end(sdk, '003', 'Y'))
  await checkFinal(t, emv, sdk, { transStatus: 'Y', interactionCounter: '02' })
})

t.test('an Erro of the SDK ends the challenge with U and gets an empty 200 (emv3ds §12.3, §10)', async (t) => {
  for (const [errorCode, challengeCancel, contentType] of [
    ['402', '08', 'application/JSON; charset = UTF-8'], ['203', '06', 'application/json;charset=UTF-8'], [{ toString: 1, valueOf: [] }, '06', 'text/plain']
  ] as const) {
    const sdk = await start()
    await sdk.start()
    const message = JSON.stringify({ messageType: 'Erro', messageVersion: '2.2.0', errorComponent: 'C', errorCode, acsTransID: sdk.acsTransID.toUpperCase() })
    for (const again of [message, message, ` ${message}\n`]) {
      const { status, body } = await sdk.post(again, contentType)
      t.strictSame([status, body], [200, ''])
    }
    await checkFinal(t, emv, sdk, { transStatus: 'U', transStatusReason: '07', challengeCancel, interactionCounter: '00' })
    await checkOver(t, sdk)
  }
})

t.test('an Erro that came encrypted is one: no answer, and the challenge is over (emv3ds §12.1)', async (t) => {
  const sdk = await start()
  const other = await start()
  for (const { acsTransID } of [other, sdk]) {
    const { status, body } = await sdk.post(await sdk.seal(JSON.stringify({ messageType: 'Erro', errorCode: '402', acsTransID })))
    t.strictSame([status, body], [200, ''])
  }
  await checkFinal(t, emv, sdk, { transStatus: 'U', transStatusReason: '07', challengeCancel: '08', interactionCounter: '00' })
  t.strictSame(await other.start(), screen(other, '000', OPENED), 'the key of one opens no other')
})

t.test('an Erro that names another transaction as well belongs to neither (emv3ds §12.2)', async (t) => {
  const [sdk, other] = [await start(), await start()]
  for (const ids of [{ sdkTransID: other.options.sdkTransID }, { threeDSServerTransID: other.threeDSServerTransID }, { dsTransID: other.dsTransID }, { dsTransID: 'x' }]) {
    const erro = { messageType: 'Erro', errorCode: '402', acsTransID: sdk.acsTransID, ...ids }
    t.equal((await sdk.post(JSON.stringify(erro), 'application/json')).body, '')
  }
  for (const one of [sdk, other]) t.strictSame(await one.start(), screen(one, '000', OPENED), 'still open')
  const { acsTransID, threeDSServerTransID, dsTransID, options: { sdkTransID } } = sdk
  await sdk.post(JSON.stringify({ messageType: 'Erro', errorCode: '402', acsTransID, threeDSServerTransID, dsTransID, sdkTransID: sdkTransID.toUpperCase() }), 'application/json')
  await checkFinal(t, emv, sdk, { transStatus: 'U', transStatusReason: '07', challengeCancel: '08', interactionCounter: '00' })
})

t.test('a counter does not begin again: the 256th CReq ends the challenge with U (emv3ds §13.5)', async (t) => {
  const sdk = await start()
  await sdk.start()
  for (let count = 1; count < 255; count++) await sdk.challenge({ resendChallenge: 'Y' })
  t.strictSame(await sdk.challenge({ resendChallenge: 'Y' }), end(sdk, '255', 'N'))
  await checkFinal(t, emv, sdk, { transStatus: 'U', transStatusReason: '07', challengeCancel: '06', interactionCounter: '00' })
})

t.test('an Erro that belongs to no challenge is let go (emv3ds §1)', async (t) => {
  const frictionless = browserRequest(randomUUID(), FRICTIONLESS_CARD)
  const { body: { authenticationResponse } } = await post(emv, '/3ds/authenticate', frictionless)
  const sdk = await start()
  for (const acsTransID of [undefined, 7, 'x', randomUUID(), authenticationResponse.acsTransID]) {
    const { status, body } = await sdk.post(JSON.stringify({ messageType: 'Erro', errorCode: '101', acsTransID }), 'application/json')
    t.strictSame([status, body], [200, ''])
  }
  t.match(await post(emv, '/3ds/final', { threeDSServerTransID: frictionless['threeDSServerTransID'] }), { body: { transStatus: 'Y' } })
})

t.test('after the end no CReq gets another CRes, be it the last one letter for letter: A/305 before 2.3.1 (emv3ds §5.3, §12.2)', async (t) => {
  for (const enc of ENCS) {
    const sdk = await start(emv, { enc })
    await sdk.start()
    const wrongCode = await sdk.seal(JSON.stringify(sdk.creq({ challengeDataEntry: '9999' })))
    t.strictSame(await sdk.open(await sdk.post(wrongCode), '001'), screen(sdk, '001', wrong(2)))
    sdk.sdkCounter = 2
    const last = await sdk.seal(JSON.stringify(sdk.creq({ challengeDataEntry: '1234' })))
    t.strictSame(await sdk.open(await sdk.post(`\r\n${last} `), '002'), end(sdk, '002', 'Y'))
    for (const jwe of [last, wrongCode]) await checkOver(t, sdk, jwe)
    sdk.sdkCounter = 3
    await checkErro(t, sdk, async () => sdk.postCReq({ challengeCancel: '01' }), erro('305', 'The challenge is over', sdk))
    await checkFinal(t, emv, sdk, { transStatus: 'Y', interactionCounter: '02' })
  }
})

t.test('what time ended is A/402 for a CReq that comes then (emv3ds §11)', async (t) => {
  const sdk = await start()
  await sdk.start()
  const { threeDSServerTransID, acsTransID, dsTransID } = sdk
  const rReq = { messageType: 'RReq', messageVersion: '2.2.0', threeDSServerTransID, acsTransID, dsTransID, messageCategory: '01', transStatus: 'N', transStatusReason: '14', challengeCancel: '04', interactionCounter: '00', authenticationType: '02' }
  await emv.stateStore.update(threeDSServerTransID, (transaction) => {
    return { ...transaction, challenge: { interactionCounter: 0, sdkCounter: 1, state: 'ended', rReq: rReq as unknown as RReq } }
  })
  await checkErro(t, sdk, async () => sdk.postCReq({ challengeDataEntry: '1234' }), { ...erro('402', 'The challenge timed out', sdk), errorDescription: 'Transaction timed out' })
})

t.test('whatever ended it, no CReq is answered after it (emv3ds §12.2)', async (t) => {
  const endings: Record<string, (sdk: Sdk) => Promise<unknown>> = {
    'an Erro of the SDK': (sdk) => sdk.post(JSON.stringify({ messageType: 'Erro', errorCode: '402', acsTransID: sdk.acsTransID }), 'application/json'),
    'a code on the original\'s browser path': ({ threeDSServerTransID }) => emv.inject({
      method: 'POST',
      url: '/processor/mock/acs/verify-otp?redirectUrl=https%3A%2F%2Fshop.test%2F',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: `otp=0000&threeDSServerTransID=${threeDSServerTransID}`
    }),
    'a posted result': ({ threeDSServerTransID, acsTransID, dsTransID }) => post(emv, '/3ds/results', {
      messageType: 'RReq', messageVersion: '2.2.0', threeDSServerTransID, acsTransID, dsTransID, transStatus: 'N', transStatusReason: '14', challengeCancel: '04'
    })
  }
  for (const [what, finish] of Object.entries(endings)) {
    await t.test(what, async (t) => {
      const sdk = await start(emv, { enc: 'A128GCM' })
      const first = await sdk.seal(JSON.stringify(sdk.creq({ challengeNoEntry: 'Y' })))
      t.strictSame(await sdk.open(await sdk.post(first), '000'), screen(sdk, '000', OPENED))
      await finish(sdk)
      await checkOver(t, sdk, first)
      sdk.sdkCounter = 1
      await checkOver(t, sdk)
    })
  }
})

t.test('a CReq that cannot be used is answered with an Erro that names every id, and ends the challenge (emv3ds §10, §12)', async (t) => {
  const faults: [Json, string, string][] = [
    [{ sdkCounterStoA: '000', challengeDataEntry: '1234' }, '302', 'sdkCounterStoA'],
    [{ sdkCounterStoA: '002', challengeDataEntry: '1234' }, '302', 'sdkCounterStoA'],
    [{ sdkCounterStoA: '255', challengeDataEntry: '1234' }, '302', 'sdkCounterStoA'],
    [{ sdkCounterStoA: '256' }, '203', 'sdkCounterStoA'],
    [{ sdkCounterStoA: '1' }, '203', 'sdkCounterStoA'],
    [{ sdkCounterStoA: 1 }, '203', 'sdkCounterStoA'],
    [{ challengeCancel: '01', resendChallenge: 'Y' }, '203', 'challengeCancel,resendChallenge'],
    [{ challengeCancel: '01', resendChallenge: 'Y', challengeNoEntry: 'Y' }, '203', 'challengeCancel,resendChallenge,challengeNoEntry'],
    [{ resendChallenge: 'Y', challengeNoEntry: 'Y' }, '203', 'resendChallenge,challengeNoEntry'],
    [{}, '203', 'challengeDataEntry'],
    [{ challengeDataEntry: '', resendChallenge: 'N' }, '203', 'challengeDataEntry'],
    [{ challengeDataEntry: 'x'.repeat(46) }, '203', 'challengeDataEntry'],
    [{ challengeDataEntry: 1234, challengeHTMLDataEntry: 'x'.repeat(257) }, '203', 'challengeDataEntry,challengeHTMLDataEntry'],
    [{ challengeDataEntry: { toString: null } }, '203', 'challengeDataEntry'],
    [{ challengeCancel: '02' }, '203', 'challengeCancel'],
    [{ challengeCancel: 1, resendChallenge: true, challengeNoEntry: 'N', oobContinue: 'true' }, '203', 'challengeCancel,resendChallenge,challengeNoEntry,oobContinue'],
    [{ threeDSServerTransID: randomUUID(), challengeDataEntry: '1234' }, '301', 'threeDSServerTransID'],
    [{ threeDSServerTransID: randomUUID(), acsTransID: randomUUID(), sdkTransID: randomUUID(), challengeDataEntry: '1' }, '301', 'threeDSServerTransID,acsTransID,sdkTransID'],
    [{ acsTransID: 'x', sdkTransID: ['y'] }, '203', 'acsTransID,sdkTransID,challengeDataEntry'],
    [{ acsTransID: 'x', sdkTransID: ['y'], challengeDataEntry: '1' }, '203', 'acsTransID,sdkTransID'],
    [{ messageVersion: '2.1.0', challengeDataEntry: '1234' }, '203', 'messageVersion'],
    [{ messageType: 5, messageVersion: 2 }, '101', 'messageType'],
    [{ messageType: undefined }, '101', 'messageType'],
    [{ messageVersion: 2 }, '102', '2.1.0,2.2.0,2.3.1'],
    [{ challengeHTMLDataEntry: 'otp=1234' }, '203', 'challengeDataEntry'],
    [{ messageType: 'CRes', messageVersion: '9.9.9' }, '101', 'messageType'],
    [{ messageVersion: '9.9.9', resendChallenge: 'x' }, '102', '2.1.0,2.2.0,2.3.1'],
    [{ messageVersion: '', sdkTransID: null, sdkCounterStoA: undefined }, '201', 'messageVersion,sdkCounterStoA,sdkTransID'],
    [{ messageVersion: '2.1.0', sdkTransID: undefined }, '203', 'messageVersion'],
    [{ oobContinue: true, whitelistingDataEntry: 'y', threeDSRequestorAppURL: 'x'.repeat(257) }, '203', 'whitelistingDataEntry,threeDSRequestorAppURL,challengeDataEntry'],
    [{ challengeAddCode: 'Y' }, '203', 'challengeDataEntry'],
    [{ oobContinue: true }, '203', 'challengeDataEntry'],
    [{ oobContinue: false, challengeDataEntry: '1' }, '203', 'oobContinue'],
    [{ oobContinue: '01', challengeDataEntry: '1' }, '203', 'oobContinue'],
    [{ challengeDataEntry: '1', messageExtension: [{ name: 'x', id: 'A000000004-x', criticalityIndicator: true, data: { a: 'b' } }] }, '202', 'A000000004-x'],
    [{ challengeDataEntry: '1', messageExtension: Array.from({ length: 11 }, () => ({ name: 'x', id: 'y', criticalityIndicator: false, data: { a: 'b' } })) }, '203', 'messageExtension'],
    [{ challengeDataEntry: '1', messageExtension: [{ name: 'x', criticalityIndicator: 'no', data: {} }] }, '203', 'messageExtension.criticalityIndicator'],
    [{ challengeAddCode: 'Y', resendChallenge: 'Y', challengeCancel: '01' }, '203', 'challengeCancel,resendChallenge']
  ]
  for (const [members, errorCode, errorDetail] of faults) {
    await t.test(JSON.stringify(members).slice(0, 100), async (t) => {
      const sdk = await start()
      await sdk.start()
      // Ids of another transaction too: the key says whose CReq it is.
      await checkEndedBy(t, sdk, async () => sdk.postCReq(members), erro(errorCode, errorDetail, sdk))
      await checkOver(t, sdk)
    })
  }
})

t.test('counters end at 255: what comes after is refused (emv3ds §13.5)', async (t) => {
  const sdk = await start(emv, { enc: 'A128GCM' })
  await emv.stateStore.update(sdk.threeDSServerTransID, (transaction) => {
    return { ...transaction, challenge: { interactionCounter: 0, sdkCounter: 255 } }
  })
  sdk.sdkCounter = sdk.acsCounter = 255
  await sdk.challenge({ resendChallenge: 'Y' })
  sdk.sdkCounter = 0
  await checkOver(t, sdk)
})

t.test('the first CReq answers nothing, as nothing was asked: A/203 with the names, and the challenge is over (emv3ds §9.1, §12.3)', async (t) => {
  for (const [members, errorDetail] of [
    [{ challengeDataEntry: '1234' }, 'challengeDataEntry'],
    [{ challengeHTMLDataEntry: 'otp=1234' }, 'challengeHTMLDataEntry'],
    [{ resendChallenge: 'Y' }, 'resendChallenge'],
    [{ oobContinue: true, whitelistingDataEntry: 'Y' }, 'oobContinue,whitelistingDataEntry'],
    [{ challengeCancel: '01', challengeDataEntry: '1234', challengeNoEntry: 'Y' }, 'challengeDataEntry']
  ] as const) {
    const sdk = await start()
    await checkEndedBy(t, sdk, async () => sdk.postCReq(members), erro('203', errorDetail, sdk))
  }
  const nothing = await start()
  t.strictSame(await nothing.challenge({ resendChallenge: 'N', challengeNoEntry: 'Y', challengeAddCode: 'Y' }), screen(nothing, '000', OPENED), 'N says that nothing was done, and 2.2.0 does not know the third')
  const cancelled = await start()
  t.strictSame(await cancelled.challenge({ challengeCancel: '01' }), end(cancelled, '000', 'N'))
})

t.test('an SDK stays with the encryption of its first CReq: another is A/302, and the challenge is over (emv3ds §13.4)', async (t) => {
  for (const enc of ENCS) {
    const sdk = await start(emv, { enc, sdkReferenceNumber: '3DS_LOA_SDK_ANY_020200_01234' })
    await sdk.start()
    const other = await createSdk(injectInto(emv), { enc: ENCS.find((one) => one !== enc) as Enc })
    Object.assign(other, { acsTransID: sdk.acsTransID, key: sdk.key, sdkCounter: 1 })
    await checkEndedBy(t, sdk, async () => sdk.post(await other.seal(JSON.stringify(sdk.creq({ challengeDataEntry: '1234' })))), erro('302', 'enc', sdk))
  }
})

t.test('with A128GCM the IV is the counter, 96 bits: any other is A/302, and the challenge is over (emv3ds §13.4)', async (t) => {
  const ivs = [[...new Array(11).fill(0), 1], [...new Array(11).fill(0xff), 0], new Array(12).fill(7)]
  for (const iv of ivs) {
    const sdk = await start(emv, { enc: 'A128GCM' })
    const jwe = await sdk.seal(JSON.stringify(sdk.creq()), {}, sdk.key, Buffer.from(iv))
    await checkEndedBy(t, sdk, async () => sdk.post(jwe), erro('302', 'The IV is not the counter', sdk))
  }
  const longer = await start(emv, { enc: 'A128GCM' })
  const [header, , iv = '', ...rest] = (await longer.seal(JSON.stringify(longer.creq()))).split('.')
  await checkEndedBy(t, longer, async () => longer.post([header, '', `${iv}AAAA`, ...rest].join('.')), erro('302', 'The IV is not the counter', longer))
})

t.test('of two first CReqs at once one is taken; the other has a used count, A/302, which ends the challenge (emv3ds §13.5)', async (t) => {
  for (const enc of ENCS) {
    const sdk = await start(emv, { enc })
    const answers = await Promise.all([sdk.postCReq(), sdk.postCReq()])
    const [taken, refused] = answers[0]?.contentType?.startsWith('application/jose') === true ? answers : answers.toReversed()
    t.strictSame(await sdk.open(taken as Answer, '000'), screen(sdk, '000', OPENED))
    isErro(t, refused as Answer, erro('302', 'sdkCounterStoA', sdk))
    await checkFinal(t, emv, sdk, { transStatus: 'U', transStatusReason: '22', challengeCancel: '06', interactionCounter: '00' })
  }
})

t.test('plaintext that is no CReq is refused without being repeated, and ends the challenge (emv3ds §12.3)', async (t) => {
  const check = async (plaintext: (sdk: Sdk) => string | Uint8Array, detail: string) => {
    const sdk = await start()
    await checkEndedBy(t, sdk, async () => sdk.post(await sdk.seal(plaintext(sdk))), erro('101', detail, sdk))
  }
  for (const plaintext of ['', '7', 'null', '[]', '"CReq"', '{', '{"a":', '\u0000']) await check(() => plaintext, 'not a JSON object')
  await check((sdk) => `[${JSON.stringify(sdk.creq())}]`, 'not a JSON object')
  await check(() => Buffer.from([0xff, 0xfe]), 'The challenge request is not UTF-8')
  for (const name of ['__proto__', 'constructor', 'prototype']) await check((sdk) => `{"${name}":${JSON.stringify(sdk.creq())}}`, 'messageType')
  t.equal(({} as Json)['messageType'], undefined)
  const sdk = await start()
  const polluted = JSON.stringify(sdk.creq({ challengeNoEntry: 'Y' })).replace('{', '{"__proto__":{"challengeDataEntry":"1234"},')
  t.strictSame(await sdk.open(await sdk.post(await sdk.seal(polluted)), '000'), screen(sdk, '000', OPENED))
})

t.test('a JWE that was tampered with, or made with another key, is not opened, and ends the challenge (emv3ds §12.3, §13.4)', async (t) => {
  type Parts = [header: string, iv: string, ciphertext: string, tag: string]
  const flip = (part: string) => (part.startsWith('A') ? 'B' : 'A') + part.slice(1)
  const respelt = ({ options: { enc }, acsTransID }: Sdk) => Buffer.from(JSON.stringify({ enc, alg: 'dir', kid: acsTransID })).toString('base64url')
  const broken: ((parts: Parts, sdk: Sdk) => Parts)[] = [
    ([header, iv, ciphertext, tag]) => [header, flip(iv), ciphertext, tag],
    ([header, iv, ciphertext, tag]) => [header, iv, flip(ciphertext), tag],
    ([header, iv, ciphertext, tag]) => [header, iv, ciphertext, flip(tag)],
    ([header, iv, ciphertext, tag]) => [header, iv, ciphertext, tag.slice(0, 8)],
    ([header, iv, ciphertext]) => [header, iv, ciphertext, ''],
    ([header, iv, , tag]) => [header, iv, '', tag],
    ([header, , ciphertext, tag]) => [header, '', ciphertext, tag],
    ([header, iv, ciphertext, tag]) => [header, iv.slice(0, 8), ciphertext, tag],
    ([, iv, ciphertext, tag], sdk) => [respelt(sdk), iv, ciphertext, tag]
  ]
  const check = async (enc: Enc, tamper: (jwe: string, sdk: Sdk) => string | Promise<string>, errorCode: string, errorDetail: string) => {
    const sdk = await start(emv, { enc })
    const jwe = await tamper(await sdk.seal(JSON.stringify(sdk.creq())), sdk)
    await checkEndedBy(t, sdk, async () => sdk.post(jwe), erro(errorCode, errorDetail, sdk))
  }
  for (const enc of ENCS) {
    for (const breakIt of broken) {
      await check(enc, (jwe, sdk) => {
        const [header, , ...rest] = jwe.split('.') as [string, string, string, string, string]
        const [first, ...others] = breakIt([header, ...rest], sdk)
        return [first, '', ...others].join('.')
      }, '302', 'Failed to decrypt challenge request')
    }
    await check(enc, (_, sdk) => sdk.seal(JSON.stringify(sdk.creq()), {}, Buffer.alloc(32, 7)), '302', 'Failed to decrypt challenge request')
    await check(enc, (jwe) => `${jwe}=`, '101', 'Invalid JWE format')
  }
})

/** Bodies that cannot be opened, with what is said of them: detail and code of the Erro, and whether they tell their transaction all the same. */
function hopelessBodies (acsTransID: string): [string, string | Buffer, string, string, 'told'?][] {
  const jwe = (header: unknown) => `${Buffer.from(typeof header === 'string' ? header : JSON.stringify(header)).toString('base64url')}..AA.AA.AA`
  const kid = acsTransID
  return [
    ['nothing', '', 'Invalid JWE format', '101'],
    ['blanks', ' \r\n', 'Invalid JWE format', '101'],
    ['no UTF-8', Buffer.from([0x65, 0xc3, 0x28]), 'Invalid request body encoding', '101'],
    ['words', 'hello', 'Invalid JWE format', '101'],
    ['a JWS', 'a.b.c', 'Invalid JWE format', '101'],
    ['six parts', `${jwe({ alg: 'dir', enc: 'A128GCM', kid })}.AA`, 'Invalid JWE format', '101', 'told'],
    ['a JWE with an encrypted key', jwe({ alg: 'dir', enc: 'A128GCM', kid }).replace('..', '.AA.'), 'Invalid JWE format', '101', 'told'],
    ['a JSON object', '{"messageType":"CReq"}', 'The message is not encrypted', '101'],
    ['a CReq as it is', JSON.stringify({ messageType: 'CReq', acsTransID }), 'The message is not encrypted', '101', 'told'],
    ['a header of other characters', '????..AA.AA.AA', 'Invalid JWE header encoding', '302'],
    ['a header with padding', 'e30=..AA.AA.AA', 'Invalid JWE header encoding', '302'],
    ['a header that is no JSON', jwe('{'), 'Invalid JWE header JSON', '302'],
    ['a header that is no object', jwe('7'), 'Invalid JWE header JSON', '302'],
    ['a header with zip', jwe({ alg: 'dir', enc: 'A128GCM', kid, zip: 'DEF' }), 'Invalid JWE header JSON', '302', 'told'],
    ['no kid', jwe({ alg: 'dir', enc: 'A128GCM' }), 'Missing kid in JWE header', '302'],
    ['a kid that is no text', jwe({ alg: 'dir', enc: 'A128GCM', kid: [kid] }), 'Missing kid in JWE header', '302'],
    ['an unknown enc', jwe({ alg: 'dir', enc: 'A256GCM', kid }), 'Unsupported encryption algorithm', '302', 'told'],
    ['an unknown alg', jwe({ alg: 'ECDH-ES', enc: 'A128GCM', kid }), 'Unsupported encryption algorithm', '302', 'told']
  ]
}

t.test('a body that tells no transaction gets an Erro without ids (emv3ds §12.3)', async (t) => {
  const sdk = await start()
  for (const path of ['/acs/app', '/challenge']) {
    sdk.path = path
    for (const [what, body, errorDetail, errorCode, told] of hopelessBodies(sdk.acsTransID)) {
      if (told === undefined) {
        await t.test(what, async (t) => {
          await checkErro(t, sdk, async () => sdk.post(body), { errorCode, errorDetail, errorDescription: DESCRIPTIONS[errorCode] })
        })
      }
    }
    for (const text of ['{', '{"messageType":"Erro"', '{]']) {
      await checkErro(t, sdk, async () => sdk.post(text), { errorCode: '101', errorDetail: 'Invalid JWE format', errorDescription: DESCRIPTIONS['101'] })
    }
  }
})

t.test('a JWE that cannot be read but says whose it is: an Erro with every id, and the challenge is over (emv3ds §12.1, §12.3)', async (t) => {
  const other = randomUUID()
  for (const [at, [what]] of hopelessBodies('').entries()) {
    const sdk = await start()
    const [, body, errorDetail, errorCode, told] = hopelessBodies(sdk.acsTransID)[at] as ReturnType<typeof hopelessBodies>[number]
    if (told === undefined) continue
    await t.test(what, (t) => checkEndedBy(t, sdk, async () => sdk.post(body), erro(errorCode, errorDetail, sdk)))
    const [, ofNobody] = hopelessBodies(other)[at] as unknown as [string, string]
    isErro(t, await sdk.post(ofNobody), { errorCode, errorDetail, errorDescription: DESCRIPTIONS[errorCode], acsTransID: other })
  }
})

t.test('the kid tells the transaction (emv3ds §13.4)', async (t) => {
  const sdk = await start()
  const creq = JSON.stringify(sdk.creq({ challengeNoEntry: 'Y' }))
  for (const kid of ['x', sdk.acsTransID.slice(1), `${sdk.acsTransID}0`, '']) {
    await checkErro(t, sdk, async () => sdk.post(await sdk.seal(creq, { kid })), { errorCode: '301', errorDetail: 'Invalid kid format', errorDescription: DESCRIPTIONS['301'] })
  }
  const kid = randomUUID()
  await checkErro(t, sdk, async () => sdk.post(await sdk.seal(creq, { kid })), { errorCode: '301', errorDetail: 'acsTransID', errorDescription: DESCRIPTIONS['301'], acsTransID: kid })
  const { body } = await sdk.post(await sdk.seal(creq, { kid: sdk.acsTransID.toUpperCase() }))
  t.equal(JSON.parse(Buffer.from(body.split('.')[0] as string, 'base64url').toString()).kid, sdk.acsTransID.toUpperCase())
})

t.test('a transaction without a challenge in an app has none to be answered (emv3ds §12.2, 305)', async (t) => {
  const frictionless = await createSdk(injectInto(emv), { path: '/acs/app' })
  const browser = await createSdk(injectInto(emv), { path: '/acs/app' })
  const answers = []
  for (const [sdk, request] of [
    [frictionless, { ...browserRequest(frictionless.threeDSServerTransID, FRICTIONLESS_CARD), deviceChannel: '01', sdkTransID: frictionless.options.sdkTransID }],
    [browser, browserRequest(browser.threeDSServerTransID)]
  ] as const) {
    const { body: { authenticationResponse: { acsTransID, dsTransID } } } = await post(emv, '/3ds/authenticate', request)
    Object.assign(sdk, { acsTransID, dsTransID, key: Buffer.alloc(32), messageVersion: '2.2.0' })
    answers.push(await sdk.postCReq())
  }
  isErro(t, answers[0] as Answer, erro('305', 'acsTransID', frictionless))
  const { sdkTransID, ...ofBrowser } = erro('302', 'sdkEphemPubKey', browser)
  isErro(t, answers[1] as Answer, ofBrowser)
  const { status } = await browser.post(JSON.stringify({ messageType: 'Erro', errorCode: '402', acsTransID: browser.acsTransID }))
  t.equal(status, 200)
  await checkOpen(t, emv, browser)
})

t.test('keys of a stored record that cannot be used are told as such, 302', async (t) => {
  const sdk = await start()
  await emv.stateStore.update(sdk.threeDSServerTransID, (transaction) => ({
    ...transaction, ephemeralKeys: { privateKey: 'AAAA', publicKey: sdk.publicKey as PublicJwk }
  }))
  await checkEndedBy(t, sdk, async () => sdk.postCReq(), erro('302', 'Failed to derive shared key', sdk))
  await damageKeys(emv, sdk)
  const { status, contentType, body } = await sdk.postCReq()
  t.strictSame([status, contentType, JSON.parse(body)], [500, 'application/json; charset=UTF-8', {
    messageType: 'Erro', messageVersion: '2.3.1', errorCode: '404', errorComponent: 'A', errorDescription: 'Lasting system fault', errorDetail: 'Internal server error', errorMessageType: 'CReq'
  }], 'a record that cannot be is our own fault, and nothing of it is told')
})

async function damageKeys (app: FastifyInstance, { threeDSServerTransID, publicKey }: Sdk): Promise<void> {
  await app.stateStore.update(threeDSServerTransID, (transaction) => ({
    ...transaction, ephemeralKeys: { privateKey: 7 as unknown as string, publicKey: publicKey as PublicJwk }
  }))
}

t.test('every content type is read, and none; a body over 256 KiB is not', async (t) => {
  for (const type of ['application/jose', 'application/jose;charset=UTF-8', 'application/jose; charset=UTF-8', 'text/plain', 'application/json', undefined]) {
    const sdk = await start()
    const jwe = await sdk.seal(JSON.stringify(sdk.creq({ challengeNoEntry: 'Y' })))
    t.strictSame(await sdk.open(await sdk.send('POST', sdk.path, jwe, type), '000'), screen(sdk, '000', OPENED), String(type))
  }
  const sdk = await start()
  await checkErro(t, sdk, async () => sdk.post('A'.repeat(262_144)), { errorCode: '101', errorDetail: 'Invalid JWE format', errorDescription: DESCRIPTIONS['101'] })
  const { status, contentType, body } = await sdk.post('A'.repeat(262_145))
  t.strictSame([status, contentType, JSON.parse(body)], [200, 'application/json; charset=UTF-8', {
    messageType: 'Erro', messageVersion: '2.3.1', errorCode: '101', errorComponent: 'A', errorDescription: DESCRIPTIONS['101'], errorDetail: 'The request body is too large', errorMessageType: 'CReq'
  }])
})

t.test('of forty CReqs at once with the same counter exactly one counts, and one ends it (emv3ds §13.5)', async (t) => {
  const repeated = await start()
  await repeated.start()
  const wrongs = await Promise.all(Array.from({ length: 40 }, () => repeated.postCReq({ challengeDataEntry: '0000' })))
  const refused = wrongs.filter(isRefusal)
  t.equal(refused.length, 39)
  const told = refused.map(({ body }) => JSON.parse(body).errorCode)
  t.ok(told.includes('302'), 'a used count ends the challenge')
  for (const [at, answer] of refused.entries()) isErro(t, answer, told[at] === '302' ? erro('302', 'sdkCounterStoA', repeated) : erro('305', 'The challenge is over', repeated))
  await checkFinal(t, emv, repeated, { transStatus: 'U', transStatusReason: '22', challengeCancel: '06', interactionCounter: '01' })

  const sdk = await start()
  await sdk.start()
  await sdk.challenge({ resendChallenge: 'Y' })
  const actions = Array.from({ length: 40 }, (_, index) => [{ challengeDataEntry: '1234' }, { challengeCancel: '01' }][index % 2] as Json)
  const answers = await Promise.all(actions.map((action) => sdk.postCReq(action)))
  const [ended, ...others] = answers.toSorted((one, other) => Number(isRefusal(one)) - Number(isRefusal(other)))
  for (const answer of others) isErro(t, answer, erro('305', 'The challenge is over', sdk))
  const { body } = await post(emv, '/3ds/final', { threeDSServerTransID: sdk.threeDSServerTransID })
  t.equal(body.transStatus, (await sdk.open(ended as Answer, '002'))['transStatus'])
})

function isRefusal ({ contentType }: Answer): boolean {
  return contentType?.startsWith('application/json') === true
}

t.test('what is refused or ended is logged with the ids of its transaction, and a kid that is none is not repeated', async (t) => {
  const { logger, lines } = await keepLog()
  const app = await build(t, { ACS_SIGNING_ALG: 'ES256' }, { logger })
  const sdk = await start(app)
  const { threeDSServerTransID, acsTransID } = sdk
  const lastLine = () => JSON.parse(lines.filter((line) => line.includes(`"${sdk.path}"`)).at(-1) ?? '{}')
  await sdk.postCReq({ sdkCounterStoA: '007' })
  t.match(lastLine(), { status: 200, threeDSServerTransID, acsTransID })
  const kid = randomUUID()
  await sdk.post(await sdk.seal('{}', { kid }))
  t.match(lastLine(), { status: 200, acsTransID: kid })
  await sdk.post(JSON.stringify({ messageType: 'Erro', errorCode: '402', acsTransID }), 'application/json')
  t.match(lastLine(), { status: 200, threeDSServerTransID, acsTransID })
  await sdk.post(await sdk.seal('{}', { kid: 'a-kid-of-no-use' }))
  t.notMatch(lines.join(''), 'a-kid-of-no-use')
})

t.test('an Erro is counted and logged in the same way at every door, encrypted or not (emv3ds §12)', async (t) => {
  const { logger, lines } = await keepLog()
  const app = await build(t, { ACS_SIGNING_ALG: 'ES256' }, { logger })
  const [plain, encrypted] = [await start(app), await start(app)]
  const erro = ({ acsTransID }: Sdk, errorComponent: string) => ({ messageType: 'Erro', messageVersion: '2.2.0', errorComponent, errorCode: '402', acsTransID })
  await plain.post(JSON.stringify(erro(plain, 'C')), 'application/json')
  await encrypted.post(await encrypted.seal(JSON.stringify(erro(encrypted, 'C'))))
  const others = [['/3ds/results', 'D'], ['/ds', 'S'], ['/acs', 'D']] as const
  for (const [url, component] of others) await app.inject({ method: 'POST', url, payload: erro(plain, component) })
  const logged = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'an Erro came in')
  t.strictSame(logged.map(({ errorCode, errorComponent }) => [errorCode, errorComponent]), ['C', 'C', 'D', 'S', 'D'].map((component) => ['402', component]))
  const { body } = await app.inject('/metrics')
  t.strictSame(body.match(/threeds_erros_received_total\{.*/g)?.toSorted(), [
    'threeds_erros_received_total{component="C",code="402"} 2', 'threeds_erros_received_total{component="D",code="402"} 2', 'threeds_erros_received_total{component="S",code="402"} 1'
  ])
})

t.test('COMPATIBILITY=legacy', async (t) => {
  const legacy = await build(t, { COMPATIBILITY: 'legacy', ACS_SIGNING_ALG: 'ES256', OTP_MAX_ATTEMPTS: '1' })
  const start = (options: SdkOptions = {}) => challengedSdk(injectInto(legacy), { resType: 'application/jose', ...options })

  await t.test('the original\'s screen, its ending and its constants (compatibility §1.7, §2.3)', async (t) => {
    for (const [enc, code, transStatus] of [['A128CBC-HS256', '1234', 'Y'], ['A128GCM', '4321', 'N']] as const) {
      const sdk = await start({ enc })
      t.equal(sdk.path, '/challenge')
      const { challengeInfoText, resendInformationLabel, acsCounterAtoS, ...same } = screen(sdk, '001', OPENED)
      t.strictSame(await sdk.challenge(), { ...same, acsCounterAtoS: '000' })
      t.strictSame(await sdk.enter(code), end(sdk, '001', transStatus))
      const { threeDSServerTransID, acsTransID, dsTransID, options: { sdkTransID } } = sdk
      const ids = { threeDSServerTransID, acsTransID, dsTransID, sdkTransID }
      const proof = transStatus === 'Y'
        ? { eci: '02', authenticationValue: 'AgF5ipusvc7f8AESIzRFVmd4iZo=' }
        : { eci: '07', authenticationValue: 'AAAAAAAAAAAAAAAAAAAAAA==' }
      t.strictSame((await post(legacy, '/3ds/final', { threeDSServerTransID })).body, {
        ...proof,
        threeDSServerTransID,
        transStatus,
        resultsResponse: { messageType: 'RRes', messageVersion: '2.2.0', ...ids, resultsStatus: '01' },
        resultsRequest: {
          messageType: 'RReq',
          messageVersion: '2.2.0',
          ...ids,
          ...proof,
          transStatus,
          messageCategory: '01',
          acsRenderingType: { acsUiTemplate: '01', acsInterface: '01' },
          authenticationMethod: '02',
          authenticationType: '02',
          interactionCounter: '01'
        }
      })
    }
  })

  await t.test('the original\'s errors and statuses, in its order (compatibility §1.7)', async (t) => {
    const sdk = await start()
    const check = async (t: Test, body: string | Buffer, status: number, errorDescription: string) => {
      const answer = await sdk.post(body)
      t.strictSame([answer.status, answer.contentType, JSON.parse(answer.body)], [status, 'application/json; charset=utf-8', { errorCode: String(status), errorDescription }])
    }
    const NOT_ENCRYPTED = 'Received JSON error response instead of JWE'
    for (const [what, body, detail] of hopelessBodies(sdk.acsTransID)) {
      await t.test(what, (t) => check(t, body, 400, detail === 'The message is not encrypted' ? NOT_ENCRYPTED : detail))
    }
    const creq = JSON.stringify(sdk.creq())
    await check(t, await sdk.seal(creq, { kid: 'no-uuid' }), 400, 'Invalid kid format: no-uuid')
    await check(t, await sdk.seal(creq, { kid: `no ${'x'.repeat(100)}` }), 400, `Invalid kid format: no ${'x'.repeat(61)}`)
    await check(t, await sdk.seal(creq, { kid: '4111111111111111' }), 400, 'Invalid kid format: [masked]')
    await check(t, await sdk.seal(creq, { kid: randomUUID() }), 404, 'Transaction not found')
    await check(t, await sdk.seal(creq, {}, Buffer.alloc(32)), 400, 'Failed to decrypt challenge request')
    const { body: { authenticationResponse: { acsTransID } } } = await post(legacy, '/3ds/authenticate', browserRequest(randomUUID()))
    await check(t, await sdk.seal(creq, { kid: acsTransID }), 400, 'Missing ephemeral keys for ECDH')
    await legacy.stateStore.update(sdk.threeDSServerTransID, (transaction) => ({
      ...transaction, ephemeralKeys: { privateKey: '', publicKey: sdk.publicKey as PublicJwk }
    }))
    await check(t, await sdk.seal(creq), 400, 'Failed to derive shared key')
    await damageKeys(legacy, sdk)
    await check(t, await sdk.seal(creq), 500, 'Internal server error')
    await check(t, 'A'.repeat(262_145), 413, 'The request body is too large')
  })

  await t.test('an answer with the first CReq, any IV, another encryption, and the result again after the end: as the original has it (compatibility §1.7, §3.4)', async (t) => {
    const first = await start()
    t.strictSame(await first.enter('1234'), end(first, '000', 'Y'))
    for (const enc of ENCS) {
      const sdk = await start({ enc })
      await sdk.start()
      const iv = enc === 'A128GCM' ? [Buffer.alloc(12, 7)] : []
      const last = await sdk.seal(JSON.stringify(sdk.creq({ challengeDataEntry: '1234' })), {}, sdk.key, ...iv)
      for (let times = 0; times < 2; times++) t.strictSame(await sdk.open(await sdk.post(last), '001'), end(sdk, '001', 'Y'))
      t.match(JSON.parse((await sdk.postCReq({ sdkCounterStoA: '000' })).body), { errorCode: '400', errorDescription: /counter/ }, 'a count that served another answer')
      sdk.sdkCounter = sdk.acsCounter = 2
      t.strictSame(await sdk.enter('0000'), end(sdk, '002', 'Y'), 'the next count')
    }
  })

  await t.test('an Erro is taken all the same (compatibility B26)', async (t) => {
    const sdk = await start()
    const { status, body } = await sdk.post(JSON.stringify({ messageType: 'Erro', errorCode: '402', acsTransID: sdk.acsTransID }))
    t.strictSame([status, body], [200, ''])
    t.match((await post(legacy, '/3ds/final', { threeDSServerTransID: sdk.threeDSServerTransID })).body, { transStatus: 'U', resultsRequest: { challengeCancel: '08' } })
  })
})
