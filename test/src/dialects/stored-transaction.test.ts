import { deepStrictEqual } from 'node:assert'
import fc from 'fast-check'
import t from 'tap'
import { decodeTransaction, encodeTransaction } from '../../../src/dialects/stored-transaction.ts'
import { toEmvSpelling } from '../../../src/dialects/spelling.ts'
import { toAuthenticateCall } from '../../../src/dialects/three-ds-server-api/authenticate-request.ts'
import { type AuthenticateRequest, AuthenticateRequestSchema, ResultsRequestSchema } from '../../../src/dialects/three-ds-server-api/request-schemas.ts'
import { readResultsRequest } from '../../../src/dialects/three-ds-server-api/results-request.ts'
import { MockError } from '../../../src/errors.ts'
import { createChecker } from '../../../src/protocol/checker.ts'
import type { AReq, JsonObject, RReq } from '../../../src/protocol/messages.ts'
import { completeAReq } from '../../../src/three-ds-server/complete-areq.ts'
import type { Transaction } from '../../../src/transaction/transaction.ts'
import { answerPage, build, post } from '../../setup/app.ts'
import { CHALLENGE_CARD, inRuntimeSpelling, resultsRequest, SDK_KEY } from '../../setup/requests.ts'

const threeDSServerTransID = '3f6b1c52-7d0e-4a61-9b1f-2c9d5e7a8013'
const ids = { threeDSServerTransID, acsTransID: '5d9e0c11-46a8-4b7f-8e22-91f3a7c4d0b6', dsTransID: 'a6f10b3e-58d2-4971-8ac4-37e9d0f5b218' }
const SECURITY_CODE = 'SECURITY-CODE-321'

// What the original's reader wants, member by member (compatibility §1.2, §1.3 and §4.3): one wrong type and it refuses the record.
type Check = (value: any) => boolean
const text: Check = (value) => typeof value === 'string'
const uuid: Check = (value) => text(value) && /^(urn:uuid:|\{)?[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}\}?$/i.test(value)
const unsigned = (bits: number): Check => (value) => Number.isSafeInteger(value) && value >= 0 && value < 2 ** bits
const flag: Check = (value) => typeof value === 'boolean'
const texts: Check = (value) => Array.isArray(value) && value.every(text)
const orNull = (check: Check): Check => (value) => value === null || check(value)
const optional = (check: Check): Check => (value) => value === undefined || check(value)
const members = (checks: Record<string, Check>): Check => (value) =>
  typeof value === 'object' && value !== null && Object.entries(checks).every(([name, check]) => check(value[name]) || fail(name))
const fail = (name: string): never => { throw new Error(`${name} is not what the original reads`) }
const all = (check: Check, ...names: string[]): Record<string, Check> => Object.fromEntries(names.map((name) => [name, check]))
const phone = members(all(text, 'cc', 'subscriber'))
const key = members(all(text, 'kty', 'crv', 'x', 'y'))

const originalReads = members({
  authenticate_request: members({
    threeDsServerTransId: uuid,
    sdkTransId: optional(orNull(uuid)),
    ...all(text, 'deviceChannel', 'messageCategory', 'preferredProtocolVersion', 'threeDsCompInd'),
    enforcePreferredProtocolVersion: flag,
    threeDsRequestor: members({
      ...all(text, 'threeDsRequestorAuthenticationInd', 'threeDsRequestorChallengeInd'),
      threeDsRequestorAuthenticationInfo: members(all(text, 'threeDsReqAuthMethod', 'threeDsReqAuthTimestamp'))
    }),
    cardholderAccount: members(all(text, 'acctNumber', 'acctType', 'cardExpiryDate', 'schemeId', 'cardSecurityCode')),
    cardholder: members({
      ...all(text, 'addrMatch', 'email', 'cardholderName', 'billAddrCity', 'billAddrCountry', 'billAddrLine1', 'billAddrLine2', 'billAddrLine3', 'billAddrPostCode'),
      ...all(text, 'shipAddrCity', 'shipAddrCountry', 'shipAddrLine1', 'shipAddrLine2', 'shipAddrLine3', 'shipAddrPostCode'),
      ...all(phone, 'homePhone', 'mobilePhone', 'workPhone')
    }),
    purchase: members({
      purchaseAmount: unsigned(64),
      ...all(unsigned(32), 'purchaseExponent', 'recurringFrequency', 'purchaseInstalData'),
      ...all(text, 'purchaseCurrency', 'purchaseDate', 'recurringExpiry', 'transType')
    }),
    acquirer: members(all(text, 'acquirerBin', 'acquirerMerchantId')),
    merchant: members(all(text, 'mcc', 'merchantCountryCode', 'threeDsRequestorId', 'threeDsRequestorName', 'merchantName', 'resultsResponseNotificationUrl', 'notificationUrl')),
    browserInformation: optional(members({
      ...all(text, 'browserAcceptHeader', 'browserIP', 'browserLanguage', 'browserColorDepth', 'browserUserAgent', 'challengeWindowSize'),
      ...all(unsigned(32), 'browserScreenHeight', 'browserScreenWidth', 'browserTZ'),
      ...all(flag, 'browserJavaEnabled', 'browserJavascriptEnabled')
    })),
    deviceRenderOptions: members({ sdkInterface: text, ...all(texts, 'sdkUiType', 'sdkAuthenticationType') }),
    sdkEphemeralPublicKey: optional(key)
  }),
  ...all(text, 'acs_trans_id', 'ds_trans_id'),
  sdk_trans_id: orNull(text),
  results_request: orNull(members({
    ...all(uuid, 'acsTransId', 'dsTransId', 'threeDsServerTransId'),
    sdkTransId: optional(orNull(uuid)),
    ...all(text, 'messageCategory', 'eci', 'messageType', 'authenticationMethod', 'authenticationType', 'messageVersion', 'interactionCounter', 'authenticationValue', 'transStatus'),
    acsRenderingType: members(all(text, 'acsUiTemplate', 'acsInterface'))
  })),
  ephemeral_keys: optional(orNull(members({ private_key: text, public_key: key }))),
  redirect_url: optional(orNull(text)),
  sdk_ephemeral_public_key: optional(orNull((value) => text(value) && key(JSON.parse(value))))
})

const aText = fc.oneof(fc.constantFrom('', '0', '01', 'Y', '***', 'Maria Silva', '\ud800'), fc.string({ maxLength: 12 }))
const whole = fc.oneof(fc.nat(), fc.nat().map(String), fc.constantFrom('007', '99999999999999999999', 0xffff_ffff, 0x1_0000_0000, Number.MAX_SAFE_INTEGER))
const anyJson = fc.jsonValue({ maxDepth: 2 })
const uuidIn = fc.uuid().chain((id) => fc.constantFrom(id, id.toUpperCase(), `{${id}}`, `urn:uuid:${id}`, id.replaceAll('-', '')))
const some = (shape: Record<string, fc.Arbitrary<unknown>>) => fc.record(shape, { requiredKeys: [] })
const each = (arbitrary: fc.Arbitrary<unknown>, ...names: string[]) => Object.fromEntries(names.map((name) => [name, arbitrary]))
const phones = some(each(aText, 'cc', 'subscriber'))
const pan = fc.constantFrom('4000400040004001', '4000400040004000', '5155016800000000000', '4000000000000')
const sdk = { sdkTransID: uuidIn, ...each(aText, 'sdkAppID', 'sdkReferenceNumber'), sdkMaxTimeout: whole, sdkEphemPubKey: fc.constant(SDK_KEY) }

/** Requests that the API accepts, of every channel, with everything optional there or not. */
const request = fc.record({
  threeDSServerTransID: uuidIn,
  deviceChannel: fc.constantFrom('01', '02', '03'),
  messageCategory: fc.constantFrom('01', '02'),
  cardholderAccount: fc.record({ acctNumber: pan, ...each(aText, 'acctType', 'cardExpiryDate', 'schemeId'), cardSecurityCode: fc.constant(SECURITY_CODE) }, { requiredKeys: ['acctNumber'] }),
  ...each(aText, 'preferredProtocolVersion', 'threeDSCompInd'),
  enforcePreferredProtocolVersion: fc.boolean(),
  threeDSRequestor: some({
    threeDSRequestorAuthenticationInd: aText,
    threeDSRequestorAuthenticationInfo: fc.oneof(anyJson, some(each(aText, 'threeDSReqAuthMethod', 'threeDSReqAuthTimestamp', 'threeDSReqAuthData'))),
    threeDSRequestorChallengeInd: fc.oneof(aText, fc.array(aText, { minLength: 1, maxLength: 2 }))
  }),
  cardholder: some({
    ...each(aText, 'addrMatch', 'cardholderName', 'email'),
    ...each(phones, 'homePhone', 'mobilePhone', 'workPhone'),
    ...each(fc.oneof(aText, anyJson), 'billAddrCity', 'billAddrLine1', 'shipAddrCity', 'billAddrState')
  }),
  purchase: some({
    ...each(whole, 'purchaseAmount', 'purchaseExponent', 'purchaseInstalData', 'recurringFrequency'),
    ...each(aText, 'purchaseCurrency', 'purchaseDate', 'recurringExpiry', 'transType')
  }),
  acquirer: some(each(aText, 'acquirerBIN', 'acquirerMerchantID', 'acquirerCountryCode')),
  merchant: some(each(aText, 'mcc', 'merchantCountryCode', 'threeDSRequestorID', 'threeDSRequestorName', 'merchantName', 'resultsResponseNotificationUrl', 'notificationURL')),
  browserInformation: some({
    ...each(aText, 'browserAcceptHeader', 'browserIP', 'browserLanguage', 'browserUserAgent', 'challengeWindowSize'),
    ...each(whole, 'browserScreenHeight', 'browserScreenWidth'),
    browserTZ: fc.constantFrom(-300, 0, 60, '-840', '+60', '000'),
    browserColorDepth: fc.constantFrom('24', 24),
    ...each(fc.boolean(), 'browserJavaEnabled', 'browserJavascriptEnabled')
  }),
  deviceRenderOptions: some({ sdkInterface: aText, ...each(fc.array(aText, { maxLength: 2 }), 'sdkUiType', 'sdkAuthenticationType'), other: anyJson }),
  sdkInformation: some(sdk),
  ...sdk,
  ...each(fc.oneof(anyJson, aText), 'acctInfo', 'merchantRiskIndicator', 'messageExtension', 'unknown')
}, { requiredKeys: ['threeDSServerTransID', 'deviceChannel', 'messageCategory', 'cardholderAccount'] })

const rReqs = fc.record({
  sdkTransID: uuidIn,
  ...each(aText, 'messageCategory', 'eci', 'authenticationType', 'authenticationValue', 'interactionCounter', 'transStatusReason', 'challengeCancel'),
  authenticationMethod: fc.oneof(aText, anyJson),
  acsRenderingType: fc.oneof(anyJson, some(each(fc.oneof(aText, anyJson), 'acsInterface', 'acsUiTemplate', 'deviceUserInterfaceMode'))),
  ...each(anyJson, 'unknown', 'toString', 'messageExtension')
}, { requiredKeys: [] }).map((more) => resultsRequest(ids, { ...more }))

const progress = fc.record({
  ...each(fc.nat(), 'interactionCounter', 'sdkCounter', 'finalCount'),
  wrongEntries: fc.array(aText),
  threeDSSessionData: aText
}, { requiredKeys: ['interactionCounter', 'sdkCounter'] as never[] })

const rest = fc.record({
  spelling: fc.constantFrom('emv' as const, 'legacy' as const),
  createdAt: fc.nat(),
  aRes: fc.constant({ messageType: 'ARes', messageVersion: '2.2.0', ...ids, acsReferenceNumber: 'issuer1', acsOperatorID: 'MOCK_ACS', dsReferenceNumber: 'MOCK_DS', transStatus: 'C' }),
  challenge: progress,
  ephemeralKeys: fc.constant({ privateKey: 'IiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiI', publicKey: SDK_KEY }),
  delivery: fc.constantFrom({ outcome: 'delivered', status: 200, at: 1 }, { outcome: 'refused', reason: 'host not in OUTBOUND_ALLOW', at: 2 }),
  scheme: fc.constantFrom('cb', 'eftpos'),
  extra: fc.constantFrom({ from_tomorrow: { a: [null] } }, { emv: { timers: [1] } }, { from_tomorrow: 1, emv: { timers: { a: 1 } } }),
  rReq: rReqs
}, { requiredKeys: ['spelling', 'createdAt'] })

const checkRequest = createChecker(AuthenticateRequestSchema)
const checkResults = createChecker(ResultsRequestSchema)
const viaJson = (value: unknown): JsonObject => JSON.parse(JSON.stringify(value))

/** A transaction as the API makes it of a body; `undefined` where the body cannot come in. */
function transactionOf (sent: unknown, { rReq: result, ...more }: any): Transaction | undefined {
  const text = JSON.stringify([sent, result ?? null])
  if (text.includes('__proto__')) return undefined
  const { body, faults } = toEmvSpelling(viaJson(sent))
  if (faults.length > 0 || checkRequest(body).length > 0) return undefined
  const { aReq, preferences } = toAuthenticateCall(body as unknown as AuthenticateRequest)
  const rReq = result === undefined ? undefined : toEmvSpelling(viaJson(result)).body
  if (rReq !== undefined && checkResults(rReq).length > 0) return undefined
  return {
    threeDSServerTransID: aReq.threeDSServerTransID,
    acsTransID: ids.acsTransID,
    dsTransID: ids.dsTransID,
    ...(aReq.sdkTransID === undefined ? {} : { sdkTransID: aReq.sdkTransID }),
    aReq: completeAReq(aReq, 'http://127.0.0.1:8080/3ds/results'),
    preferences,
    ...more,
    ...(rReq === undefined ? {} : { rReq: readResultsRequest(rReq, []).rReq })
  }
}

t.test('whatever is accepted is kept whole, in a record that the original can read, without the security code (compatibility §4.3)', async (t) => {
  let kept = 0
  fc.assert(fc.property(request, rest, (sent, more) => {
    const transaction = transactionOf(sent, viaJson(more))
    fc.pre(transaction !== undefined)
    kept++
    const before = structuredClone(transaction)
    const encoded = encodeTransaction(transaction as Transaction)
    deepStrictEqual(transaction, before, 'encoding changes nothing')
    originalReads(JSON.parse(encoded))
    if (encoded.includes(SECURITY_CODE)) throw new Error('the security code is kept')
    const again = decodeTransaction(encoded)
    deepStrictEqual(viaJson(again), viaJson(transaction))
    deepStrictEqual(viaJson(decodeTransaction(encodeTransaction(again))), viaJson(transaction))
  }), { numRuns: 300 })
  t.ok(kept >= 200, `${kept} transactions were kept`)
})

t.test('what the original has in another type, or not in part, is kept beside what it can read', async (t) => {
  const odd: Record<string, any> = {
    threeDSRequestor: { threeDSRequestorChallengeInd: ['01', '04'], threeDSRequestorAuthenticationInfo: { threeDSReqAuthMethod: '02' } },
    cardholder: { homePhone: { cc: '351' }, billAddrCity: { odd: true }, mobilePhone: { cc: '351', subscriber: '910000002', more: '1' } },
    purchase: { purchaseAmount: '99999999999999999999', purchaseExponent: '02', purchaseInstalData: '4294967296', recurringFrequency: '4294967295' },
    browserInformation: { browserTZ: -300, browserScreenHeight: '900' }
  }
  const result = { acsRenderingType: { acsInterface: '01' }, authenticationMethod: ['02'] }
  const transaction = transactionOf({ ...minimal(), ...odd, deviceRenderOptions: {} }, { spelling: 'emv', createdAt: 1, rReq: resultsRequest(ids, result) }) as Transaction
  const encoded = encodeTransaction(transaction)
  const stored = JSON.parse(encoded)
  t.ok(originalReads(stored))
  t.strictSame(viaJson(decodeTransaction(encoded)), viaJson(transaction))
  const { authenticate_request: request, results_request: rReq } = stored
  t.match(request, {
    threeDsRequestor: { threeDsRequestorChallengeInd: '', threeDsRequestorAuthenticationInfo: { threeDsReqAuthMethod: '', threeDsReqAuthTimestamp: '' } },
    cardholder: { homePhone: { cc: '', subscriber: '' }, billAddrCity: '', mobilePhone: odd['cardholder'].mobilePhone },
    purchase: { purchaseAmount: 0, purchaseExponent: 0, purchaseInstalData: 0, recurringFrequency: 4294967295 },
    browserInformation: { browserTZ: 0, browserScreenHeight: 900, browserJavaEnabled: false, challengeWindowSize: '' },
    deviceRenderOptions: { sdkInterface: '', sdkUiType: [], sdkAuthenticationType: [] }
  })
  t.match(rReq, { acsRenderingType: { acsInterface: '01', acsUiTemplate: '01' }, authenticationMethod: '' })
  t.notOk('browserInformation' in JSON.parse(encodeTransaction(transactionOf(minimal(), { spelling: 'emv', createdAt: 1 }) as Transaction)).authenticate_request)
})

t.test('the id is kept in lower case, as the original has it, and the AReq\'s letters beside it (emv3ds-protocol §1)', async (t) => {
  const transaction = transactionOf(minimal(), { spelling: 'emv', createdAt: 1 }) as Transaction
  const id = transaction.threeDSServerTransID
  for (const written of [id.toUpperCase(), id.replace(/[a-f]/, (letter) => letter.toUpperCase())]) {
    const inLetters = { ...transaction, aReq: { ...transaction.aReq, threeDSServerTransID: written } }
    const text = encodeTransaction(inLetters)
    t.equal(JSON.parse(text).authenticate_request.threeDsServerTransId, id)
    t.strictSame(decodeTransaction(text), inLetters)
  }
  t.equal(JSON.parse(encodeTransaction(transaction)).emv.elements.threeDSServerTransID, undefined)
})

t.test('the least there is in an RReq is filled up for the original, and comes back as it was', async (t) => {
  const rReq = { messageType: 'RReq', messageVersion: '2.2.0', ...ids, transStatus: 'U' }
  const transaction = transactionOf(minimal(), { spelling: 'emv', createdAt: 1, rReq }) as Transaction
  const encoded = encodeTransaction(transaction)
  t.strictSame(JSON.parse(encoded).results_request, {
    ...inRuntimeSpelling(rReq),
    messageCategory: '01',
    eci: '',
    acsRenderingType: { acsUiTemplate: '01', acsInterface: '01' },
    authenticationMethod: '',
    authenticationType: '',
    interactionCounter: '',
    authenticationValue: '',
    sdkTransId: null
  })
  t.strictSame(decodeTransaction(encoded).rReq, rReq as RReq)
})

t.test('the index is kept alive by the first acs_trans_id in the text, so that one is ours', async (t) => {
  const transaction = transactionOf({ ...minimal(), acctInfo: { acs_trans_id: 'x' } }, { spelling: 'emv', createdAt: 1, extra: { later: 1 } }) as Transaction
  t.match(encodeTransaction(transaction), new RegExp(`^\\{"acs_trans_id":"${ids.acsTransID}"`))
})

function minimal (): JsonObject {
  return { threeDSServerTransID, deviceChannel: '02', messageCategory: '01', cardholderAccount: { acctNumber: CHALLENGE_CARD } }
}

/** The original's request of compatibility §7.1, as it stores it. */
const originalRequest = {
  threeDsServerTransId: threeDSServerTransID,
  sdkTransId: null,
  deviceChannel: '02',
  messageCategory: '01',
  preferredProtocolVersion: '2.2.0',
  enforcePreferredProtocolVersion: true,
  threeDsCompInd: 'Y',
  threeDsRequestor: {
    threeDsRequestorAuthenticationInd: '01',
    threeDsRequestorAuthenticationInfo: { threeDsReqAuthMethod: '02', threeDsReqAuthTimestamp: '202611201015' },
    threeDsRequestorChallengeInd: '01'
  },
  cardholderAccount: { acctType: '02', cardExpiryDate: '2912', schemeId: 'VISA', acctNumber: CHALLENGE_CARD, cardSecurityCode: SECURITY_CODE },
  cardholder: { addrMatch: 'Y', email: 'maria.silva@shop.test', homePhone: { cc: '351', subscriber: '220000001' } },
  purchase: { purchaseInstalData: 2, purchaseAmount: 4599, purchaseCurrency: '978', purchaseExponent: 2, purchaseDate: '20261120101500', recurringFrequency: 30 },
  acquirer: { acquirerBin: '445566', acquirerMerchantId: 'HARBOR-0042' },
  merchant: { mcc: '5942', merchantName: 'Harbor Books', threeDsRequestorId: 'harbor-req-1', resultsResponseNotificationUrl: '', notificationUrl: 'https://shop.test/3ds/return' },
  deviceRenderOptions: { sdkInterface: '03', sdkUiType: ['01', '02'], sdkAuthenticationType: ['02'] },
  browserInformation: { browserTZ: 0, browserScreenHeight: 900, browserJavaEnabled: false, challengeWindowSize: '05' }
}
const originalAReq = {
  messageType: 'AReq',
  messageVersion: '2.2.0',
  threeDSServerTransID,
  deviceChannel: '02',
  messageCategory: '01',
  threeDSCompInd: 'Y',
  threeDSRequestorAuthenticationInd: '01',
  threeDSRequestorAuthenticationInfo: { threeDSReqAuthMethod: '02', threeDSReqAuthTimestamp: '202611201015' },
  threeDSRequestorChallengeInd: '01',
  acctType: '02',
  cardExpiryDate: '2912',
  acctNumber: CHALLENGE_CARD,
  addrMatch: 'Y',
  email: 'maria.silva@shop.test',
  homePhone: { cc: '351', subscriber: '220000001' },
  purchaseInstalData: '2',
  purchaseAmount: '4599',
  purchaseCurrency: '978',
  purchaseExponent: '2',
  purchaseDate: '20261120101500',
  recurringFrequency: '30',
  acquirerBIN: '445566',
  acquirerMerchantID: 'HARBOR-0042',
  mcc: '5942',
  merchantName: 'Harbor Books',
  threeDSRequestorID: 'harbor-req-1',
  notificationURL: 'https://shop.test/3ds/return',
  deviceRenderOptions: originalRequest.deviceRenderOptions,
  browserTZ: '0',
  browserScreenHeight: '900',
  browserJavaEnabled: false
}
const g2 = { authenticate_request: originalRequest, acs_trans_id: ids.acsTransID, ds_trans_id: ids.dsTransID, sdk_trans_id: '6e1f9d28-b34c-4a70-95e8-03c7d2a4f6b1', results_request: null }

t.test('a record of the original\'s second generation loads, and goes through challenge and final (compatibility §4.3)', async (t) => {
  const loaded = decodeTransaction(JSON.stringify(g2))
  t.strictSame(loaded, {
    ...ids,
    sdkTransID: g2.sdk_trans_id,
    aReq: originalAReq,
    preferences: { preferredProtocolVersion: '2.2.0', enforcePreferredProtocolVersion: true, schemeId: 'VISA', resultsResponseNotificationUrl: '', challengeWindowSize: '05' },
    spelling: 'legacy',
    createdAt: 0
  })
  const { sdk_trans_id: _none, results_request: _neither, ...g1 } = g2
  t.strictSame(decodeTransaction(JSON.stringify(g1)).sdkTransID, undefined)

  const app = await build(t)
  await app.stateStore.insert(loaded)
  t.match(await post(app, '/3ds/final', { threeDsServerTransId: threeDSServerTransID }), { status: 400, body: { error: 'Results not found for this transaction' } })
  t.equal(await answerPage(app, { ...ids, threeDSServerTransID }, 'otp=1234'), 200)
  t.match((await post(app, '/3ds/final', { threeDsServerTransId: threeDSServerTransID })).body, { transStatus: 'Y', eci: '05', resultsRequest: { acsTransId: ids.acsTransID } })

  await app.stateStore.insert(loaded)
  const { sdkTransID: _sdk, ...rReq } = resultsRequest(ids)
  t.equal((await post(app, '/3ds/results', inRuntimeSpelling(rReq))).status, 200)
  t.match((await post(app, '/3ds/final', { threeDSServerTransID })).body, { transStatus: 'Y', resultsRequest: rReq })
})

t.test('the original speaks 2.2.0 whatever is preferred: its records are of that version', async (t) => {
  const record = { ...g2, authenticate_request: { ...originalRequest, preferredProtocolVersion: '2.1.0' } }
  t.equal(decodeTransaction(JSON.stringify(record)).aReq.messageVersion, '2.2.0')
})

t.test('a record of the third generation brings its keys and its result', async (t) => {
  const g3 = {
    ...g2,
    authenticate_request: { ...originalRequest, deviceChannel: '01', sdkTransId: g2.sdk_trans_id },
    results_request: { ...inRuntimeSpelling(resultsRequest(ids)), sdkTransId: null },
    ephemeral_keys: { private_key: 'IiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiI', public_key: SDK_KEY },
    redirect_url: 'https://shop.test/3ds/return',
    sdk_ephemeral_public_key: JSON.stringify(SDK_KEY),
    from_tomorrow: { kept: true }
  }
  const loaded = decodeTransaction(JSON.stringify(g3))
  t.strictSame(loaded.aReq, { ...originalAReq, deviceChannel: '01', sdkTransID: g2.sdk_trans_id, sdkEphemPubKey: SDK_KEY } as unknown as AReq)
  t.strictSame(loaded.ephemeralKeys, { privateKey: g3.ephemeral_keys.private_key, publicKey: SDK_KEY })
  t.strictSame(loaded.rReq, resultsRequest(ids) as RReq)
  t.strictSame(loaded.extra, { from_tomorrow: { kept: true } })
  const rewritten = JSON.parse(encodeTransaction(loaded))
  t.ok(originalReads(rewritten), 'and the original could go on with it')
  t.match(rewritten, { ...g3, authenticate_request: { ...g3.authenticate_request, cardholderAccount: { acctNumber: CHALLENGE_CARD, cardSecurityCode: '***' } } })
})

t.test('what cannot be read is a serialization error', async (t) => {
  for (const stored of [
    'no JSON', 'null', '[]', '{}', '"text"',
    JSON.stringify({ ...g2, acs_trans_id: 5 }),
    JSON.stringify({ ...g2, ds_trans_id: undefined }),
    JSON.stringify({ ...g2, authenticate_request: null }),
    JSON.stringify({ ...g2, authenticate_request: { ...originalRequest, cardholderAccount: undefined } }),
    JSON.stringify({ ...g2, authenticate_request: { ...originalRequest, threeDsServerTransId: 'x' } }),
    JSON.stringify({ ...g2, sdk_ephemeral_public_key: 'no JSON' }),
    JSON.stringify({ ...g2, results_request: 'text' }),
    JSON.stringify({ ...g2, emv: null })
  ]) {
    t.throws(() => decodeTransaction(stored), { name: 'MockError', code: 'store_serialization', message: 'The stored transaction cannot be read' }, stored.slice(0, 60))
    try { decodeTransaction(stored) } catch (error) { t.ok(error instanceof MockError && error.cause instanceof Error) }
  }
})
