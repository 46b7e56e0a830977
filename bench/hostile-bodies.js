// Hostile requests for every door: valid bodies and messages that were changed, random JSON, forms, JWEs and bytes. Shared by the
// fuzz test and the longer fuzz run. The same seed makes the same requests, but for the ids of the transactions that they are aimed
// at. Card numbers are published test numbers.
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { encryptedDeviceData } from '../test/setup/parties/sdk-crypto.ts'
import { brokenBodies, brokenMessages } from './hostile-elements.ts'
import { altered } from './hostile-transport.js'
import { SDK_REFERENCE, SDK_TRANS_ID, sdkEphemPubKey, seal, sessionKey } from './sdk.js'

/**
 * @typedef {object} FuzzRequest
 * @property {string} path
 * @property {string | undefined} type its `content-type`, if any
 * @property {Buffer} body
 * @property {string} [method] POST, if it is no other
 * @property {Record<string, string>} [headers] besides, or in the place of, the usual ones
 * @property {boolean} [isAltered] in more than its path and body: the door need not know it for one of its own
 */

/**
 * What live transactions there are to aim at.
 * @typedef {object} Target
 * @property {string} threeDSServerTransID
 * @property {string} acsTransID
 * @property {string} dsTransID
 * @property {string} creq as the server made it
 * @property {Buffer} [key] session key, of an app
 * @property {boolean} [approves] in the bank's app
 * @property {string | undefined} [sdkEncData] of an SDK, for the keys of the DS
 */

/** @typedef {(path: string, body: object) => Promise<any>} PostJson posts JSON, resolves to the JSON answered */

/** Begins every hostile text that is HTML: no page may hold it as it is. */
export const TAG = '<fuzz'
const MARKER = `${TAG} onerror=1>`
/** Would be a header of its own if a line end came through. */
export const SPLIT_HEADER = 'x-fuzz-split'

const JSON_TYPE = 'application/json'
const FORM_TYPE = 'application/x-www-form-urlencoded'
const JOSE_TYPE = 'application/jose; charset=UTF-8'

/** The routes, and which family of answers belongs there. Without a method they take POST. */
export const ROUTES = /** @type {const} */ ({
  '/3ds/version': 'json',
  '/3ds/authenticate': 'json',
  '/3ds/results': 'json',
  '/3ds/final': 'json',
  '/acs/challenge': 'page',
  '/acs/challenge/:acsTransID': 'page',
  '/processor/mock/acs/trigger-otp': 'redirect',
  '/processor/mock/acs/challenge/:acsTransID': 'redirect',
  '/processor/mock/acs/verify-otp': 'redirect',
  '/acs/app': 'sdk',
  '/challenge': 'sdk',
  '/ds': 'message',
  '/acs': 'message',
  '/acs/method': 'page',
  '/acs/method/:threeDSServerTransID': 'pageOrNothing',
  '/acs/oob/:acsTransID': 'page',
  '/mock/operations': 'json',
  // Everything that is only there to be read.
  GET: 'published'
})
/** @typedef {keyof typeof ROUTES} Route */
export const routes = /** @type {Route[]} */ (Object.keys(ROUTES))

/** @param {string} threeDSServerTransID @param {'01' | '02'} deviceChannel */
function authenticateBody (threeDSServerTransID, deviceChannel) {
  return {
    threeDSServerTransID,
    deviceChannel,
    messageCategory: '01',
    preferredProtocolVersion: '2.2.0',
    enforcePreferredProtocolVersion: true,
    threeDSCompInd: 'Y',
    threeDSRequestor: {
      threeDSRequestorAuthenticationInd: '01',
      threeDSRequestorAuthenticationInfo: { threeDSReqAuthMethod: '02', threeDSReqAuthTimestamp: '202611201015' },
      threeDSRequestorChallengeInd: '01'
    },
    cardholderAccount: { acctType: '02', cardExpiryDate: '2912', acctNumber: '4000400040004001', cardSecurityCode: '321' },
    cardholder: { addrMatch: 'Y', cardholderName: `Maria ${MARKER}`, email: 'maria@shop.test', homePhone: { cc: '351', subscriber: '220000001' } },
    purchase: { purchaseAmount: 4599, purchaseCurrency: '978', purchaseExponent: 2, purchaseDate: '20261120101500', recurringFrequency: 30 },
    acquirer: { acquirerBIN: '445566', acquirerMerchantID: 'HARBOR-0042' },
    merchant: { mcc: '5942', merchantName: `Harbor ${MARKER}`, notificationURL: 'https://shop.test/3ds/return?a="b"&c' },
    browserInformation: { browserIP: '203.0.113.9', browserTZ: -60, browserScreenHeight: 900, browserJavaEnabled: false, challengeWindowSize: '05' },
    deviceRenderOptions: { sdkInterface: '03', sdkUiType: ['01', '02'], sdkAuthenticationType: ['02'] },
    ...deviceChannel === '01' ? { sdkTransID: SDK_TRANS_ID, sdkReferenceNumber: SDK_REFERENCE, sdkMaxTimeout: 5, sdkEphemPubKey } : {}
  }
}

/** @param {{ threeDSServerTransID: string, acsTransID: string, dsTransID: string }} ids */
function resultsBody ({ threeDSServerTransID, acsTransID, dsTransID }) {
  return {
    messageType: 'RReq',
    messageVersion: '2.2.0',
    threeDSServerTransID,
    acsTransID,
    dsTransID,
    messageCategory: '01',
    transStatus: 'Y',
    eci: '05',
    authenticationValue: 'AAECAwQFBgcICQoLDA0ODxAREhM=',
    authenticationMethod: '02',
    authenticationType: '02',
    interactionCounter: '01',
    acsRenderingType: { acsInterface: '01', acsUiTemplate: '01' }
  }
}

/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:1/'
const VERSIONS = ['2.1.0', '2.2.0', '2.3.1']
/** Approval in the bank's app, during a challenge and decoupled. */
const APPROVALS = ['4000400040004004', '4000400040004010']
/** Approvals, a code, consents, a choice and a code; without a challenge; refused. */
const CARDS = [...APPROVALS, '4000400040004001', '4000400040004008', '4000400040004013', '4000400040004000', '4000000000001018']

const purchase = {
  acquirerBIN: '412345',
  acquirerMerchantID: 'HARBOR-0042',
  mcc: '5942',
  merchantName: `Harbor ${MARKER}`,
  merchantCountryCode: '208',
  purchaseAmount: '4599',
  purchaseCurrency: '978',
  purchaseExponent: '2',
  purchaseDate: '20261120101500'
}

/** @param {string} version */
const browserPart = (version) => ({
  threeDSRequestorAuthenticationInd: '01',
  threeDSCompInd: 'U',
  notificationURL: 'https://shop.test/3ds/return?a="b"&c',
  browserAcceptHeader: 'text/html,*/*;q=0.8',
  browserUserAgent: `Mozilla/5.0 ${MARKER}`,
  browserIP: '192.0.2.10',
  browserJavaEnabled: false,
  browserLanguage: 'en-GB',
  browserColorDepth: '24',
  browserScreenHeight: '1080',
  browserScreenWidth: '1920',
  browserTZ: '-60',
  ...version === '2.1.0' ? {} : { browserJavascriptEnabled: true },
  ...version === '2.3.1' ? { acceptLanguage: ['en-GB'] } : {}
})

/** @param {string} version @param {boolean} fromDs @param {string} [sdkEncData] */
const appPart = (version, fromDs, sdkEncData = 'eyJ.e.i.c.t') => ({
  threeDSRequestorAuthenticationInd: '01',
  sdkAppID: SDK_TRANS_ID,
  sdkTransID: SDK_TRANS_ID,
  sdkReferenceNumber: SDK_REFERENCE,
  sdkMaxTimeout: '05',
  sdkEphemPubKey,
  ...fromDs ? { deviceInfo: Buffer.from('{"DV":"1.1","DD":{"C001":"Android"}}').toString('base64url') } : { sdkEncData },
  deviceRenderOptions: { sdkInterface: '03', sdkUiType: ['01', '02', '03', '04', '05'] },
  ...version === '2.3.1' ? { sdkType: '01', defaultSdkType: { sdkVariant: '01' } } : {}
})

/**
 * An AReq of each version and channel.
 * @param {string} version @param {string} channel @param {string} acctNumber
 * @param {boolean} fromDs to the ACS, else to the DS
 * @param {string} threeDSServerTransID @param {string} dsTransID @param {string} [sdkEncData]
 */
function aReq (version, channel, acctNumber, fromDs, threeDSServerTransID, dsTransID, sdkEncData) {
  const messageCategory = version === '2.1.0' && channel === '03' ? '02' : '01'
  return {
    messageType: 'AReq',
    messageVersion: version,
    deviceChannel: channel,
    messageCategory,
    threeDSServerTransID,
    threeDSServerRefNumber: '3DS_LOA_SER_FUZZ_020200_00001',
    threeDSServerURL: NOWHERE,
    threeDSRequestorID: 'fuzz-requestor',
    threeDSRequestorName: `Harbor ${MARKER}`,
    threeDSRequestorURL: 'https://shop.test',
    threeDSRequestorDecReqInd: version === '2.1.0' ? undefined : 'Y',
    threeDSRequestorDecMaxTime: version === '2.1.0' ? undefined : '00005',
    acctNumber,
    cardExpiryDate: '3012',
    ...messageCategory === '01' ? purchase : {},
    ...version === '2.3.1' ? { acquirerCountryCode: '208', acquirerCountryCodeSource: '01' } : {},
    ...channel === '01' ? appPart(version, fromDs, sdkEncData) : channel === '02' ? browserPart(version) : { threeRIInd: version === '2.1.0' ? '05' : '11' },
    ...fromDs ? { dsTransID, dsReferenceNumber: '3DS_LOA_DIS_FUZZ_020200_00002', dsURL: NOWHERE } : {}
  }
}

/**
 * Challenges: of `count`, every second one in an app, every fourth one in a browser that is over; and half as many more in a
 * browser for a 3DS Server elsewhere or a DS elsewhere, of every version and with several screens.
 * @param {PostJson} postJson
 * @param {number} count
 * @param {readonly string[]} [sdkEncData] as `deviceData` gave it
 * @returns {Promise<Target[]>}
 */
export async function openTargets (postJson, count, sdkEncData = []) {
  const ofOthers = Array.from({ length: count / 2 }, async (_, index) => {
    const path = index % 2 === 0 ? '/ds' : '/acs'
    const version = /** @type {string} */ (VERSIONS[index % 3])
    const card = /** @type {string} */ (CARDS[index % 5])
    const answer = await postJson(path, aReq(version, '02', card, path === '/acs', randomUUID(), randomUUID()))
    // The DS refuses the constants of the original server.
    if (answer.messageType !== 'ARes') return []
    const { threeDSServerTransID, acsTransID, dsTransID } = answer
    const creq = JSON.stringify({ messageType: 'CReq', messageVersion: version, threeDSServerTransID, acsTransID, challengeWindowSize: '02' })
    return [{ threeDSServerTransID, acsTransID, dsTransID, creq: Buffer.from(creq).toString('base64url'), approves: APPROVALS.includes(card) }]
  })
  const own = Array.from({ length: count }, async (_, index) => {
    const answer = await postJson('/3ds/authenticate', authenticateBody(randomUUID(), index % 2 === 0 ? '01' : '02'))
    const { threeDSServerTransID, acsTransID, dsTransID } = answer.authenticationResponse
    const jws = answer.authenticationResponse.acsSignedContent
    if (index % 4 === 3) await postJson('/3ds/results', resultsBody({ threeDSServerTransID, acsTransID, dsTransID }))
    return {
      threeDSServerTransID,
      acsTransID,
      dsTransID,
      creq: answer.base64EncodedChallengeRequest,
      ...jws === undefined ? {} : { key: sessionKey(jws) }
    }
  })
  const all = [...await Promise.all(own), ...(await Promise.all(ofOthers)).flat()]
  return all.map((target, index) => ({ ...target, sdkEncData: sdkEncData[index % Math.max(1, sdkEncData.length)] }))
}

/**
 * What SDKs say of their devices, sound and not, encrypted.
 * @param {readonly DsKey[]} keys of the DS
 * @returns {Promise<string[]>}
 */
export function deviceData (keys) {
  return Promise.all(DEVICE_DATA.flatMap((data, index) => keys.map((key) => encryptedDeviceData(data, key, { enc: index % 3 === 0 ? 'A128GCM' : 'A128CBC-HS256' }))))
}

/** @typedef {import('../test/setup/parties/sdk-crypto.ts').DsKey} DsKey */
/** What SDKs say of their devices: two that are right, then what is not. */
const DEVICE_DATA = [
  { DV: '1.1', DD: { C001: 'Android', C005: 'en-GB' } },
  { DV: '1.4', DD: { C001: 'iOS' }, DPNA: { C010: 'RE01' }, SW: ['SW02'] },
  'no JSON', '', '[]', 'null', '{"DV":"1.1"', `{"DV":${'['.repeat(3000)}${']'.repeat(3000)}}`, `{"DV":"1.1","DD":{"C001":"${'x'.repeat(60_000)}"}}`, '{"__proto__":{"a":1}}', '{"DV":1,"DV":2}'
]

// Values ---------------------------------------------------------------------------------------------------------------

const hostileText = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '', ' ', '0', '1', '-1', '01', '02', '03', 'Y', 'N', 'null', 'undefined', '[object Object]', MARKER, `"'>${MARKER}`, `</script>${MARKER}`, `javascript:alert('${MARKER}')`,
      'data:text/html,x', 'http://', 'https://user:pass@[::1]:99999/', 'http://127.0.0.1:1/', `https://shop.test/\r\n${SPLIT_HEADER}: 1`, `\r\n${SPLIT_HEADER}: 1`,
      '__proto__', 'constructor', 'toString', '\u0000', '\ud800', '\udfff\ud800', 'ünï😀\u202e', '%', '%zz', '%00', '../../etc/passwd', '{{7*7}}', '4111111111111111', '41111111111111111111',
      '00000000-0000-0000-0000-000000000000', '{00000000000000000000000000000000}', 'urn:uuid:00000000-0000-0000-0000-000000000000', '9'.repeat(400), 'A'.repeat(2049), '1e400', '0x10', '١٢٣'
    )
  },
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ maxLength: 60 }),
  fc.nat(131_100).map((length) => 'x'.repeat(length % 997 === 0 ? length : length % 300))
)

const hostileNumber = fc.constantFrom(0, -0, -1, 1.5, 1e21, 1e308, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER + 1, 5e-324, 2 ** 31, 4111111111111111)

/** @param {number} levels */
const nested = (levels) => Array.from({ length: levels }).reduce((/** @type {unknown} */ inner, _, level) => level % 2 === 0 ? { a: inner } : [inner], 'deep')

const hostileValue = fc.oneof(
  { weight: 5, arbitrary: hostileText },
  hostileNumber,
  fc.constantFrom(null, true, false, [], {}, [null], [[]], { length: -1 }, { toString: 1, valueOf: 2 }),
  fc.integer({ min: 1, max: 60 }).map(nested),
  fc.jsonValue({ maxDepth: 3 }),
  fc.integer({ min: 0, max: 200 }).map((length) => Array.from({ length }, () => 'x'))
)

const hostileType = fc.constantFrom(undefined, JSON_TYPE, `${JSON_TYPE}; charset=utf-8`, `${JSON_TYPE}; charset=utf-16`, 'application/vnd.shop+json', 'text/plain', 'text/html', FORM_TYPE,
  'multipart/form-data; boundary=x', JOSE_TYPE, 'application/octet-stream', ';', '/', 'x'.repeat(300), 'application/json, text/plain')

/** @param {string} usual */
const types = (usual) => fc.oneof({ weight: 9, arbitrary: fc.constant(/** @type {string | undefined} */ (usual)) }, hostileType)

// JSON -----------------------------------------------------------------------------------------------------------------

const mutation = fc.record({
  kind: fc.constantFrom('set', 'set', 'set', 'delete', 'rename', 'copy', 'wrap'),
  at: fc.nat(9999),
  name: fc.oneof(hostileText, fc.constantFrom('threeDsServerTransId', 'card_number', 'cardNumber', 'acsTransId', 'Kty', 'sdkEphemeralPublicKey', 'THREEDSSERVERTRANSID', 'messageExtension')),
  value: hostileValue
})
/** @typedef {typeof mutation extends fc.Arbitrary<infer Value> ? Value : never} Mutation */

/** @param {any} value @param {any[]} [found] @returns {[any, string][]} every member of every object and array in it, as owner and name */
function members (value, found = []) {
  if (typeof value !== 'object' || value === null) return found
  for (const name of Object.keys(value)) {
    found.push([value, name])
    members(value[name], found)
  }
  return found
}

/** @param {any} owner @param {string} name @param {unknown} value */
function define (owner, name, value) {
  // An array has no names but its indexes: `length`, or an index far away, would change what can be written at all.
  if (Array.isArray(owner) && !Object.keys(owner).includes(name)) owner.push(value)
  else Object.defineProperty(owner, name, { value, enumerable: true, configurable: true, writable: true })
}

/** @param {unknown} template @param {Mutation[]} mutations */
function mutate (template, mutations) {
  const body = structuredClone(template)
  for (const { kind, at, name, value } of mutations) {
    const all = members(body)
    if (all.length === 0) break
    const [owner, member] = /** @type {[any, string]} */ (all[at % all.length])
    if (kind === 'set') define(owner, member, structuredClone(value))
    else if (kind === 'copy') define(owner, name, structuredClone(owner[member]))
    else if (kind === 'wrap') define(owner, member, at % 2 === 0 ? [owner[member]] : { [name]: owner[member] })
    else {
      if (kind === 'rename') define(owner, name, owner[member])
      if (!Array.isArray(owner)) delete owner[member]
    }
  }
  return body
}

/** @param {fc.Arbitrary<unknown>} templates @returns {fc.Arbitrary<unknown>} */
const mutated = (templates) => fc.tuple(templates, fc.array(mutation, { maxLength: 4 })).map(([template, mutations]) => mutate(template, mutations))

/** @param {fc.Arbitrary<unknown>} templates JSON that the route takes */
function jsonTexts (templates) {
  const written = mutated(templates).map((value) => JSON.stringify(value))
  return fc.oneof(
    { weight: 12, arbitrary: written.map((text) => Buffer.from(text)) },
    fc.json({ maxDepth: 4 }).map((text) => Buffer.from(text)),
    fc.tuple(written, fc.nat(9999)).map(([text, at]) => Buffer.from(text.slice(0, at % text.length))),
    fc.tuple(written, fc.nat(9999), fc.uint8Array({ maxLength: 8 })).map(([text, at, bytes]) => {
      const body = Buffer.from(text)
      body.set(bytes.subarray(0, body.length), at % Math.max(1, body.length - bytes.length))
      return body
    }),
    fc.tuple(written, fc.constantFrom('{"__proto__":{"a":1},', '{"constructor":{"prototype":{"a":1}},', '{"deviceChannel":"02",')).map(([text, start]) => Buffer.from(start + text.slice(1))),
    fc.constantFrom('', ' ', 'null', '"', '[]', '{}', '1', '\ufeff{}', '{"a":1}{"b":2}', '['.repeat(5000), '{"a":'.repeat(3000), `${'['.repeat(3000)}${']'.repeat(3000)}`, '{"a":1,"a":2}', 'NaN').map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes))
  )
}

// Messages -------------------------------------------------------------------------------------------------------------

const versions = fc.constantFrom(...VERSIONS)

/** @param {fc.Arbitrary<Target>} targets @param {boolean} fromDs @returns {fc.Arbitrary<object>} */
function aReqs (targets, fromDs) {
  return fc.tuple(versions, fc.constantFrom('01', '02', '03'), fc.constantFrom(...CARDS), targets, fc.nat(9), fc.uuid(), fc.uuid()).map(
    ([version, channel, card, { threeDSServerTransID, sdkEncData }, isKnown, id, dsTransID]) => aReq(version, channel, card, fromDs, isKnown === 0 ? threeDSServerTransID : id, dsTransID, sdkEncData))
}

/** @param {fc.Arbitrary<Target>} targets @returns {fc.Arbitrary<object>} */
function ofTransactions (targets) {
  return fc.tuple(targets, versions, fc.constantFrom('Y', 'N', 'A', 'U', 'R')).map(([target, messageVersion, transStatus]) => ({
    ...resultsBody(target),
    messageVersion,
    transStatus,
    eci: 'YA'.includes(transStatus) ? '05' : undefined,
    authenticationValue: 'YA'.includes(transStatus) ? 'AAECAwQFBgcICQoLDA0ODxAREhM=' : undefined,
    transStatusReason: 'NUR'.includes(transStatus) ? '11' : undefined,
    authenticationType: messageVersion === '2.3.1' ? undefined : '02',
    authenticationMethod: messageVersion === '2.3.1' ? ['02'] : undefined,
    acsRenderingType: undefined
  }))
}

const pReqs = fc.tuple(versions, fc.constantFrom(undefined, '1', '0', '20261120101500'), fc.uuid()).map(([messageVersion, serialNum, threeDSServerTransID]) =>
  ({ messageType: 'PReq', messageVersion, threeDSServerTransID, threeDSServerRefNumber: '3DS_LOA_SER_FUZZ_020200_00001', serialNum }))

const oReqs = fc.tuple(versions, fc.constantFrom('01', '02', '03'), fc.uuid(), fc.uuid()).map(([messageVersion, seqTotal, dsTransID, seqId]) => ({
  messageType: 'OReq',
  messageVersion,
  dsTransID,
  dsReferenceNumber: '3DS_LOA_DIS_FUZZ_020200_00002',
  opCategory: '01',
  opDescription: `Closed for an hour ${MARKER}`,
  opExpDate: '20261231',
  opSeverity: '03',
  opSeq: { seqId, seqNum: '01', seqTotal }
}))

/** @param {fc.Arbitrary<Target>} targets @returns {fc.Arbitrary<object>} */
function erros (targets) {
  return fc.tuple(targets, versions).map(([{ threeDSServerTransID, acsTransID, dsTransID }, messageVersion]) => ({
    messageType: 'Erro', messageVersion, errorCode: '404', errorComponent: 'S', errorDescription: 'x', errorDetail: 'y', errorMessageType: 'RReq', threeDSServerTransID, acsTransID, dsTransID
  }))
}

/** @param {fc.Arbitrary<object>} templates messages that the route takes */
function messageTexts (templates) {
  const texts = templates.map((message) => JSON.stringify(message))
  const names = fc.oneof(templates.chain((message) => fc.constantFrom(...Object.keys(message))), fc.constantFrom('messageExtension', 'threeDSRequestorAuthenticationInfo', '__proto__'), hostileText)
  /** @param {fc.Arbitrary<string>} values JSON */
  const withFirst = (values) => fc.tuple(texts, names, values).map(([text, name, value]) => Buffer.from(`{${JSON.stringify(name)}:${value},${text.slice(1)}`))
  return fc.oneof(
    { weight: 10, arbitrary: jsonTexts(templates) },
    { weight: 2, arbitrary: texts.map((text) => Buffer.from(text)) },
    // A name twice, in the message or in an object of it.
    { weight: 2, arbitrary: withFirst(hostileValue.map((value) => JSON.stringify(value))) },
    fc.tuple(texts, names).map(([text, name]) => Buffer.from(text.replaceAll(':{', `:{${JSON.stringify(name)}:1,${JSON.stringify(name)}:2,`))),
    // Deeper than any message, at a place of its own.
    withFirst(fc.tuple(fc.integer({ min: 1, max: 3000 }), fc.boolean()).map(([levels, isList]) => isList ? '['.repeat(levels) + ']'.repeat(levels) : '{"a":'.repeat(levels) + '1' + '}'.repeat(levels)))
  )
}

// Forms ----------------------------------------------------------------------------------------------------------------

const fieldNames = ['creq', 'threeDSSessionData', 'otp', 'action', 'choice', 'consents', 'trustList', 'attempt', 'threeDSMethodData', 'browserUserAgent', 'threeDSServerTransID', 'threeDsServerTransId', '__proto__', 'redirectUrl']

/** @param {fc.Arbitrary<[string, string][]>} valid fields that the route takes */
function formBodies (valid) {
  const field = /** @type {fc.Arbitrary<[string, string]>} */ (fc.tuple(fc.oneof(fc.constantFrom(...fieldNames), hostileText), hostileText))
  return fc.oneof(
    { weight: 8, arbitrary: valid.map((fields) => encodeForm(fields)) },
    { weight: 3, arbitrary: fc.tuple(valid, fc.array(field, { maxLength: 3 })).map(([fields, more]) => encodeForm([...fields, ...more])) },
    fc.array(field, { maxLength: 5 }).map(encodeForm),
    fc.tuple(valid, hostileText).map(([fields, text]) => Buffer.concat([encodeForm(fields), Buffer.from(text)])),
    fc.constantFrom('', '&', '=', '&&==&', '%', 'creq=%ff', 'creq', 'otp=%00', '&'.repeat(20_000), 'otp=1&'.repeat(2_000), 'creq&'.repeat(40_000)).map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes))
  )
}

/** @param {[string, string][]} fields */
function encodeForm (fields) {
  return Buffer.from(new URLSearchParams(fields).toString())
}

/** @param {fc.Arbitrary<Target>} targets @returns {fc.Arbitrary<string>} */
function creqs (targets) {
  const messages = targets.map(({ creq }) => JSON.parse(Buffer.from(creq, 'base64url').toString()))
  const texts = fc.oneof(jsonTexts(messages), bytesOf(brokenMessages(messages, undefined, '02')))
  return fc.oneof(
    { weight: 2, arbitrary: targets.map(({ creq }) => creq) },
    { weight: 6, arbitrary: fc.tuple(texts, fc.constantFrom('base64', 'base64url', 'utf8', 'latin1')).map(([text, encoding]) => text.toString(/** @type {BufferEncoding} */ (encoding))) },
    hostileText
  )
}

/** What starts a 3DS Method. @param {fc.Arbitrary<Target>} targets @returns {fc.Arbitrary<string>} */
function methodData (targets) {
  const urls = fc.constantFrom('https://shop.test/method', `https://shop.test/method?a=${MARKER}`, undefined)
  const texts = jsonTexts(fc.tuple(targets, urls, fc.boolean(), fc.uuid()).map(([{ threeDSServerTransID }, threeDSMethodNotificationURL, isKnown, id]) =>
    ({ threeDSServerTransID: isKnown ? threeDSServerTransID : id, threeDSMethodNotificationURL })))
  return fc.tuple(texts, fc.constantFrom('base64', 'base64url', 'utf8')).map(([text, encoding]) => text.toString(/** @type {BufferEncoding} */ (encoding)))
}

/** @param {string} text @returns {string} one that can be percent-encoded */
const wellFormed = (text) => Buffer.from(text).toString()

const entries = fc.oneof({ weight: 4, arbitrary: fc.constantFrom('0000', '', '123', '12345') }, { weight: 2, arbitrary: hostileText }, fc.constant('1234'))
const actions = fc.oneof({ weight: 8, arbitrary: fc.constantFrom('submit', 'resend', 'continue', '', 'CANCEL', 'x') }, fc.constant('cancel'), hostileText)

/** @param {string} path @param {fc.Arbitrary<Target>} targets a path whose last part is an acsTransID, or something else */
function below (path, targets) {
  return fc.oneof(
    { weight: 6, arbitrary: targets.map(({ acsTransID }) => `${path}/${acsTransID}`) },
    fc.oneof(targets.map(({ threeDSServerTransID }) => threeDSServerTransID), fc.uuid(), hostileText)
      .map((text) => `${path}/${encodeURIComponent(wellFormed(text).slice(0, 200))}`),
    fc.constantFrom('%', '%00', '%ff', '%2e%2e%2f', 'x'.repeat(300), '..;', '?').map((text) => `${path}/${text}`)
  )
}

/** @param {fc.Arbitrary<string>} paths */
function redirecting (paths) {
  const query = fc.oneof(
    { weight: 3, arbitrary: fc.constant('') },
    fc.constant('?redirectUrl=https%3A%2F%2Fshop.test%2Freturn%3Fa%3Db'),
    hostileText.map((text) => `?redirectUrl=${encodeURIComponent(wellFormed(text).slice(0, 3000))}`),
    fc.constantFrom('?redirectUrl', '?redirectUrl=a&redirectUrl=b', '?redirectUrl[a]=b', '?redirectUrl=%', '?__proto__=1&redirectUrl=//evil.test', '?redirectUrl=https://shop.test%0d%0ax-fuzz-split:1')
  )
  return fc.tuple(paths, query).map(([path, text]) => path + text)
}

/** @param {fc.Arbitrary<string>} texts */
const bytesOf = (texts) => texts.map((text) => Buffer.from(text))

// App ------------------------------------------------------------------------------------------------------------------

/** @param {fc.Arbitrary<Target>} targets in apps */
function sdkBodies (targets) {
  const entered = fc.constantFrom({}, { challengeDataEntry: '0000' }, { challengeNoEntry: 'Y' }, { resendChallenge: 'Y' }, { challengeHTMLDataEntry: 'a=b' }, { oobContinue: true })
  const whole = fc.tuple(targets, fc.integer({ min: 0, max: 3 }), entered, fc.constantFrom('A128CBC-HS256', 'A128GCM')).map(([target, counter, members, enc]) => {
    const { threeDSServerTransID, acsTransID } = target
    const message = { messageType: 'CReq', messageVersion: '2.2.0', threeDSServerTransID, acsTransID, sdkTransID: SDK_TRANS_ID, sdkCounterStoA: String(counter).padStart(3, '0'), ...members }
    return { target, message, header: { alg: 'dir', enc, kid: acsTransID } }
  })
  const creq = fc.tuple(whole, fc.array(mutation, { maxLength: 2 })).map(([{ message, ...rest }, mutations]) => ({ ...rest, plaintext: JSON.stringify(mutate(message, mutations)) }))
  const jwe = creq.map(({ target, plaintext, header }) => seal(plaintext, /** @type {Buffer} */ (target.key), header))
  const broken = whole.chain(({ target, message, header }) => brokenMessages(fc.constant(message), undefined, '01').map((plaintext) => seal(plaintext, /** @type {Buffer} */ (target.key), header)))
  const erro = targets.map(({ threeDSServerTransID, acsTransID }) => ({
    messageType: 'Erro', messageVersion: '2.2.0', errorCode: '402', errorComponent: 'C', errorDescription: 'x', errorDetail: 'y', threeDSServerTransID, acsTransID, sdkTransID: SDK_TRANS_ID
  }))
  return fc.oneof(
    { weight: 5, arbitrary: jwe },
    { weight: 5, arbitrary: broken },
    {
      weight: 2,
      arbitrary: fc.tuple(creq, fc.array(mutation, { minLength: 1, maxLength: 2 })).map(([{ target, plaintext, header }, mutations]) =>
        seal(plaintext, /** @type {Buffer} */ (target.key), /** @type {Record<string, unknown>} */ (mutate(header, mutations))))
    },
    { weight: 2, arbitrary: fc.tuple(creq, hostileText).map(([{ target, header }, text]) => seal(text, /** @type {Buffer} */ (target.key), header)) },
    // One part in another's place, changed, cut or gone.
    {
      weight: 3,
      arbitrary: fc.tuple(jwe, fc.nat(4), fc.oneof(hostileText, fc.base64String({ maxLength: 80 }), fc.constantFrom('AA', '=', 'e30', 'bnVsbA', 'W10'))).map(([text, at, part]) => {
        return text.split('.').with(at, part).join('.')
      })
    },
    fc.tuple(jwe, fc.nat(999)).map(([text, at]) => text.slice(0, at % text.length)),
    fc.array(fc.base64String({ maxLength: 60 }), { maxLength: 7 }).map((parts) => parts.join('.').replaceAll('=', '')),
    fc.constantFrom('', '.', '....', 'e30....', 'eyJhbGciOiJkaXIifQ....', 'a'.repeat(140_000), '.'.repeat(10_000), `${'a.'.repeat(4)}a`, '{', '{}', '[]'),
    fc.tuple(jwe, fc.constantFrom(' ', '\r\n', '"', '\u0000')).map(([text, around]) => around + text + around),
    { weight: 2, arbitrary: jsonTexts(erro) },
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes))
  ).map((body) => Buffer.from(body))
}

// All ------------------------------------------------------------------------------------------------------------------

/**
 * Hostile requests for a route.
 * @param {Route} route
 * @param {Target[]} open as `openTargets` gave them; what stands in it is read anew for each request
 * @returns {fc.Arbitrary<FuzzRequest>}
 */
export function hostileRequests (route, open) {
  /** @param {(target: Target) => boolean | undefined} isWanted @returns {fc.Arbitrary<Target>} */
  const among = (isWanted) => fc.nat(9999).map((at) => {
    const wanted = open.filter(isWanted)
    return /** @type {Target} */ (wanted[at % wanted.length])
  })
  const targets = among(() => true)
  const approvals = among((target) => target.approves || target === open[0])
  const inApps = among(({ key }) => key !== undefined)
  const ofApi = fc.tuple(fc.uuid(), /** @type {fc.Arbitrary<'01' | '02'>} */ (fc.constantFrom('01', '02'))).map(([id, channel]) => authenticateBody(id, channel))
  const path = fc.constant(/** @type {string} */ (route))
  const more = fc.constantFrom([], [], [['choice', 'phone']], [['choice', '1'], ['choice', '2']], [['consents', 'trustList,deviceBinding'], ['trustList', 'Y']], [['attempt', '0']])
  const entry = /** @type {fc.Arbitrary<[string, string][]>} */ (fc.tuple(entries, actions, more).map(([otp, action, fields]) => [['otp', otp], ['action', action], ...fields]))
  const opening = fc.tuple(creqs(targets), hostileText).map(([creq, data]) => /** @type {[string, string][]} */ ([['creq', creq], ['threeDSSessionData', data]]))
  const gathered = /** @type {fc.Arbitrary<[string, string][]>} */ (fc.tuple(targets, fc.array(
    fc.tuple(fc.constantFrom('browserUserAgent', 'browserLanguage', 'browserScreenWidth', 'browserTZ', 'timeZone', 'languages', 'maxTouchPoints'), hostileText), { maxLength: 7 }
  )).map(([{ threeDSServerTransID }, fields]) => [['threeDSMethodData', Buffer.from(JSON.stringify({ threeDSServerTransID })).toString('base64url')], ...fields]))
  const approval = /** @type {fc.Arbitrary<[string, string][]>} */ (fc.tuple(approvals, fc.oneof({ weight: 6, arbitrary: fc.constantFrom('approve', 'decline', '') }, hostileText))
    .map(([{ creq }, action]) => [['creq', creq], ['action', action]]))
  /** @type {Record<Exclude<Route, 'GET'>, () => [paths: fc.Arbitrary<string>, type: string, bodies: fc.Arbitrary<Buffer>]>} */
  const kinds = {
    '/3ds/version': () => [path, JSON_TYPE, jsonTexts(fc.constant({ cardNumber: '4000400040004001' }))],
    '/3ds/authenticate': () => [path, JSON_TYPE, fc.oneof(jsonTexts(ofApi), bytesOf(brokenBodies(ofApi)))],
    '/3ds/results': () => [path, JSON_TYPE, fc.oneof(jsonTexts(targets.map(resultsBody)), bytesOf(brokenMessages(ofTransactions(targets))))],
    '/3ds/final': () => [path, JSON_TYPE, jsonTexts(targets.map(({ threeDSServerTransID }) => ({ threeDSServerTransID })))],
    '/acs/challenge': () => [path, FORM_TYPE, formBodies(opening)],
    '/acs/challenge/:acsTransID': () => [below('/acs/challenge', targets), FORM_TYPE, formBodies(entry)],
    '/processor/mock/acs/trigger-otp': () => [redirecting(path), FORM_TYPE, formBodies(opening)],
    '/processor/mock/acs/challenge/:acsTransID': () => [redirecting(below('/processor/mock/acs/challenge', targets)), FORM_TYPE, formBodies(entry)],
    '/processor/mock/acs/verify-otp': () => [redirecting(path), FORM_TYPE, formBodies(fc.tuple(targets, entries).map(([target, otp]) =>
      [['otp', otp], ['threeDSServerTransID', target.threeDSServerTransID]]))],
    '/acs/app': () => [path, JOSE_TYPE, sdkBodies(inApps)],
    '/challenge': () => [path, JOSE_TYPE, sdkBodies(inApps)],
    '/ds': () => {
      const others = fc.oneof({ weight: 3, arbitrary: ofTransactions(targets) }, pReqs, oReqs, erros(targets))
      const requests = aReqs(targets, false)
      return [path, JSON_TYPE, fc.oneof(
        messageTexts(fc.oneof(requests, others)), { weight: 2, arbitrary: bytesOf(brokenMessages(requests, '3DSServer->DS')) }, bytesOf(brokenMessages(others))
      )]
    },
    '/acs': () => {
      const others = fc.oneof(ofTransactions(targets), pReqs, oReqs, erros(targets))
      const requests = aReqs(targets, true)
      return [path, JSON_TYPE, fc.oneof(
        messageTexts(fc.oneof(requests, others)), { weight: 2, arbitrary: bytesOf(brokenMessages(requests, 'DS->ACS')) }, bytesOf(brokenMessages(others))
      )]
    },
    '/acs/method': () => [path, FORM_TYPE, formBodies(fc.oneof({ weight: 8, arbitrary: methodData(targets) }, hostileText).map((data) => [['threeDSMethodData', data]]))],
    '/acs/method/:threeDSServerTransID': () => [fc.oneof({ weight: 3, arbitrary: below('/acs/method', targets) }, fc.constant('/acs/method')), FORM_TYPE, formBodies(gathered)],
    '/acs/oob/:acsTransID': () => [fc.oneof({ weight: 3, arbitrary: below('/acs/oob', approvals) }, fc.constant('/acs/challenge')), FORM_TYPE, formBodies(approval)],
    // Nothing listens there, so that whatever is good enough to be sent is told of at once.
    '/mock/operations': () => [path, JSON_TYPE, jsonTexts(fc.constant({ url: 'http://127.0.0.1:1/', opCategory: '03', opSeverity: '02', opExpDate: '20271231', opDescription: ['x', 'y'] }))]
  }
  if (route === 'GET') return published(targets)
  const [paths, type, bodies] = kinds[route]()
  return altered(fc.record({ path: paths, type: types(type), body: bodies }))
}

/** @param {fc.Arbitrary<Target>} targets @returns {fc.Arbitrary<FuzzRequest>} */
function published (targets) {
  const queries = fc.oneof({ weight: 4, arbitrary: fc.constant('') }, fc.constantFrom('?', '?x', '?%', '?__proto__=1', '?creq=%ff&creq'), hostileText.map((text) => `?x=${encodeURIComponent(wellFormed(text).slice(0, 3000))}`))
  const paths = fc.tuple(fc.oneof(fc.constantFrom(...PUBLISHED), ...STANDING.map((path) => below(path, targets)), targets.map(({ acsTransID }) => `/acs/challenge/${acsTransID}/status`)), queries)
  const fields = fc.oneof(
    { weight: 2, arbitrary: fc.constant({}) },
    fc.tuple(fc.integer({ min: -5, max: 30_000 }), fc.integer({ min: -5, max: 30_000 }), fc.constantFrom('bytes', 'bytes ', 'items', '')).map(([from, to, unit]) => ({ range: `${unit}=${from}-${to}` })),
    fc.constantFrom('bytes=0-', 'bytes=-0', 'bytes=-1', 'bytes=-', 'bytes=9-1', 'bytes=0-0,5-6', `bytes=${'9'.repeat(400)}-`, `bytes=0-${'9'.repeat(400)}`, 'bytes=1e3-', `bytes=${'0-1,'.repeat(500)}`).map((range) => ({ range })),
    fc.constantFrom('"x"', 'W/"x"', '*', '', 'Wed, 21 Oct 2015 07:28:00 GMT').map((value) => ({ range: 'bytes=0-9', 'if-range': value, 'if-none-match': value }))
  )
  return altered(fc.tuple(paths, fields).map(([[path, query], headers]) =>
    ({ method: 'GET', path: path + query, type: /** @type {string | undefined} */ (undefined), headers: /** @type {Record<string, string>} */ (headers), body: Buffer.alloc(0) })))
}

/** Below these an id is expected. */
const STANDING = ['/acs/challenge', '/acs/oob', '/acs/images', '/acs/method', '/docs']
const PUBLISHED = [
  '/ds/card-ranges.json', '/ds/card-ranges.json', '/ds/card-ranges.json', '/ds/keys', '/ds/ca.pem', '/acs/images/issuer-medium.png', '/acs/images/__proto__', '/metrics', '/health', '/health/live', '/health/ready',
  '/health/redis', '/health/detailed', '/openapi.json', '/docs', '/docs/static/index.html', '/docs/static/..%2f..%2fpackage.json', '/', '//', '/.env', '/3ds', '/acs', '/ds', '/ds/', '/acs/challenge', '/acs/app', '*'
]
