import { deepStrictEqual } from 'node:assert'
import fc from 'fast-check'
import t from 'tap'
import { emvNameOf, isElementName, LEGACY_NAMES, legacyNameOf, RESPELLED_OBJECTS } from '../../../src/dialects/element-names.ts'
import { spellAnswer, spellingOf, spellMessage, toEmvSpelling } from '../../../src/dialects/spelling.ts'
import type { JsonObject } from '../../../src/protocol/messages.ts'
import { inRuntimeSpelling } from '../../setup/requests.ts'

t.test('a name is known in EMV\'s spelling, the original\'s, the load test\'s and any other use of capitals (compatibility §0.2)', async (t) => {
  const spellings: Record<string, string[]> = {
    threeDSServerTransID: ['threeDsServerTransId', 'threeDsserverTransId', 'three_ds_server_trans_id', 'THREEDSSERVERTRANSID'],
    threeDSRequestorID: ['threeDsRequestorId', 'threeDSRequestorId'],
    threeDSRequestorAppURLInd: ['threeDsRequestorAppUrlInd'],
    acquirerBIN: ['acquirerBin', 'acquirer_bin'],
    acquirerMerchantID: ['acquirerMerchantId'],
    notificationURL: ['notificationUrl'],
    resultsResponseNotificationUrl: ['resultsResponseNotificationURL'],
    cardNumber: ['card_number', 'CardNumber'],
    browserIP: ['browserIp'],
    browserTZ: ['browserTz'],
    sdkAppID: ['sdkAppId'],
    sdkEphemPubKey: ['sdkEphemeralPublicKey', 'SdkEphemPubKey'],
    kty: ['Kty'],
    x: ['X']
  }
  for (const [emvName, others] of Object.entries(spellings)) {
    for (const name of [emvName, ...others]) t.equal(emvNameOf(name), emvName, name)
    t.ok(isElementName(emvName))
  }
  for (const [emvName, legacyName] of Object.entries(LEGACY_NAMES)) {
    t.equal(inRuntimeSpelling({ [emvName]: 1 })[legacyName], 1, 'the table says what the rule says')
    t.equal(legacyNameOf(emvName), legacyName)
    t.notOk(isElementName(legacyName))
  }
  for (const name of ['toString', 'constructor', '__proto__', 'unknown', '']) {
    t.equal(emvNameOf(name), name)
    t.equal(legacyNameOf(name), undefined)
    t.notOk(isElementName(name))
  }
})

t.test('a body in EMV\'s spelling is passed on as it is, without a copy', async (t) => {
  const body = { threeDSServerTransID: 'a', merchant: { notificationURL: 'b', unknown: { nullHere: null } }, list: [null] }
  const { body: respelt, faults } = toEmvSpelling(body)
  t.equal(respelt, body)
  t.strictSame(faults, [])
  const mixed = { threeDSServerTransID: 'a', merchant: { notificationUrl: 'b' } }
  t.strictSame(toEmvSpelling(mixed).body, { threeDSServerTransID: 'a', merchant: { notificationURL: 'b' } })
  t.strictSame(mixed, { threeDSServerTransID: 'a', merchant: { notificationUrl: 'b' } }, 'and never changed')
})

t.test('members that are null are left out of the API\'s own objects, and prototypes cannot be set', async (t) => {
  const body = JSON.parse('{"a":null,"merchant":{"mcc":null,"__proto__":{"b":1}},"unknown":{"c":null},"__proto__":{"d":1},"toString":"text","cardNumber":"4"}')
  t.strictSame(toEmvSpelling(body).body, { merchant: {}, unknown: { c: null }, toString: 'text', cardNumber: '4' })
  t.equal(Object.getPrototypeOf(toEmvSpelling(body).body), Object.prototype)
})

t.test('two spellings with one value are fine, with two values a fault by path', async (t) => {
  t.strictSame(toEmvSpelling({ acsTransID: 'a', acsTransId: 'a', sdkEphemPubKey: { X: '1' }, sdkEphemeralPublicKey: { x: '1' } }).faults, [])
  t.strictSame(toEmvSpelling({ acsTransID: 'a', acsTransId: 'b', merchant: { notificationURL: 'c', notificationUrl: 'd' } }).faults, [
    { element: 'merchant.notificationURL', message: 'is given twice, in two spellings and with different values' },
    { element: 'acsTransID', message: 'is given twice, in two spellings and with different values' }
  ])
})

t.test('an id has one value however it is written', async (t) => {
  const id = 'd7a1f0b2-3c64-4b9f-9e58-2a7c0e4d1103'
  t.strictSame(toEmvSpelling({ acsTransID: id, acsTransId: id.toUpperCase() }).faults, [])
  t.strictSame(toEmvSpelling({ acsTransID: id, acsTransId: id.replace('d7', 'd8') }).faults.length, 1)
})

t.test('the spelling of the transaction id is the caller\'s spelling; EMV\'s wins when both are there', async (t) => {
  t.equal(spellingOf({ threeDsServerTransId: 'a' }), 'legacy')
  for (const body of [{ threeDSServerTransID: 'a' }, { threeDSServerTransID: 'a', threeDsServerTransId: 'a' }, { threeDsserverTransId: 'a' }, {}]) {
    t.equal(spellingOf(body), 'emv')
  }
})

t.test('an answer is respelt with the messages in it, authenticationRequest and what is unknown excepted', async (t) => {
  const answer = {
    acsURL: 'a',
    authenticationResponse: { acsTransID: 'b', acsOperatorID: 'c', sdkTransID: null },
    authenticationRequest: { threeDSServerTransID: 'd' },
    resultsRequest: { acsRenderingType: { acsTransID: 'e' }, unknown: { acsTransID: 'f' }, list: [{ acsTransID: 'g' }] },
    unknown: { acsTransID: 'h' }
  }
  const legacy = {
    acsUrl: 'a',
    authenticationResponse: { acsTransId: 'b', acsOperatorID: 'c', sdkTransId: null },
    authenticationRequest: answer.authenticationRequest,
    resultsRequest: { acsRenderingType: { acsTransId: 'e' }, unknown: { acsTransID: 'f' }, list: [{ acsTransID: 'g' }] },
    unknown: { acsTransID: 'h' }
  }
  t.equal(spellAnswer(answer, 'emv'), answer)
  t.strictSame(spellAnswer(answer, 'legacy'), legacy)
  t.strictSame(spellAnswer(answer, 'both'), {
    ...answer,
    ...legacy,
    authenticationResponse: { ...answer.authenticationResponse, ...legacy.authenticationResponse },
    resultsRequest: { ...legacy.resultsRequest, acsRenderingType: { acsTransID: 'e', acsTransId: 'e' } }
  })
})

const unknownName = fc.oneof(fc.string(), fc.constantFrom('toString', 'constructor', 'valueOf'))
  .filter((name) => name !== '__proto__' && emvNameOf(name) === name && !RESPELLED_OBJECTS.has(name))
const content = fc.jsonValue({ maxDepth: 3 }).filter((value) => value !== null && !JSON.stringify(value).includes('__proto__'))
const members = fc.dictionary(fc.oneof(fc.constantFrom(...Object.keys(LEGACY_NAMES), 'eci', 'transStatus'), unknownName), content)
  // An object is read as one only where the API has one.
  .map((given) => Object.fromEntries(Object.entries(given).filter(([name]) => !RESPELLED_OBJECTS.has(name))))
const message = fc.tuple(members, fc.dictionary(fc.constantFrom(...RESPELLED_OBJECTS), members))
  .map(([top, groups]) => JSON.parse(JSON.stringify({ ...top, ...groups })) as JsonObject)

t.test('spelt as the original and back, a message is what it was; both spellings together say the same', async () => {
  fc.assert(fc.property(message, (given) => {
    const copy = structuredClone(given)
    for (const spelling of ['legacy', 'both'] as const) {
      const { body, faults } = toEmvSpelling(spellMessage(given, spelling))
      deepStrictEqual(body, given)
      deepStrictEqual(faults, [])
    }
    deepStrictEqual(given, copy, 'nothing is changed in place')
  }))
})
