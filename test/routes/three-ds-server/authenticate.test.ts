import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { build, keepLog, post } from '../../setup/app.ts'
import {
  appRequest, browserRequest, CHALLENGE_CARD, FRICTIONLESS_CARD, inRuntimeSpelling, resultsRequest, SDK_KEY, SDK_TRANS_ID, threeRIRequest
} from '../../setup/requests.ts'

const id = '3f6b1c52-7d0e-4a61-9b1f-2c9d5e7a8013'
const ES256 = { ACS_SIGNING_ALG: 'ES256', SEED: 'authenticate' }
const app = await build(t, ES256)

/** Authenticates and returns the AReq that came of it. */
async function aReqOf (body: object, server: FastifyInstance = app): Promise<any> {
  const answer = await post(server, '/3ds/authenticate', body)
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body))
  return answer.body.authenticationRequest
}

/** What an authentication is refused with. */
async function faultsOf (body: object, server: FastifyInstance = app): Promise<Record<string, string>> {
  const { status, body: { error, code, faults, ...rest } } = await post(server, '/3ds/authenticate', body)
  const named = faults.map(({ element, message }: any) => `${element} ${message}`.trim()).join('; ')
  if (status !== 400 || code !== 'invalid_request' || error !== named || Object.keys(rest).length > 0) throw new Error(`${status} ${error}`)
  return Object.fromEntries(faults.map(({ element, message }: any) => [element, message]))
}

t.test('a name counts in any spelling, also mixed within one body and by members (compatibility §0.2)', async (t) => {
  const request = { ...browserRequest(id), acquirer: { acquirerBIN: '445566', acquirerMerchantID: 'HARBOR-0042' }, threeDSCompInd: 'Y' }
  const wanted = await aReqOf(request)
  const { merchant, acquirer, threeDSCompInd, cardholderAccount, ...rest } = request
  const spellings: Record<string, object> = {
    'the original\'s run-time names': inRuntimeSpelling(request),
    mixed: {
      ...rest,
      threeDsCompInd: threeDSCompInd,
      cardholder_account: { acct_number: cardholderAccount.acctNumber },
      acquirer: { acquirerBin: '445566', acquirerMerchantID: 'HARBOR-0042' },
      merchant: { merchant_name: merchant.merchantName, notificationUrl: merchant.notificationURL }
    },
    'hyperswitch\'s capitals': {
      ...rest,
      threeDSServerTransID: undefined,
      threeDsserverTransId: id,
      threeDscompInd: 'Y',
      cardholderAccount,
      acquirer: { acquirerBin: '445566', acquirerMerchantId: 'HARBOR-0042' },
      merchant: { merchantName: merchant.merchantName, notificationUrl: merchant.notificationURL }
    },
    'one element in two spellings with one value': {
      ...request, threeDsServerTransId: id, merchant: { ...merchant, notificationUrl: merchant.notificationURL }
    }
  }
  for (const [name, body] of Object.entries(spellings)) t.strictSame(await aReqOf(body), wanted, name)
})

t.test('one element in two spellings with two values is named, with everything else that is wrong', async (t) => {
  const { merchant, ...rest } = browserRequest(id)
  t.strictSame(await faultsOf({
    ...rest,
    threeDsServerTransId: SDK_TRANS_ID,
    messageCategory: 1,
    merchant: { ...merchant, notificationUrl: 'https://other.test/' }
  }), {
    threeDSServerTransID: 'is given twice, in two spellings and with different values',
    'merchant.notificationURL': 'is given twice, in two spellings and with different values',
    messageCategory: 'must be string'
  })
})

t.test('the original\'s load test gets through its whole flow (compatibility §5.4)', async (t) => {
  const version = await post(app, '/3ds/version', { card_number: CHALLENGE_CARD, merchant_name: 'Harbor Books' })
  t.equal(version.status, 200)
  const { threeDSServerTransID } = version.body
  const authenticated = await post(app, '/3ds/authenticate', {
    threeDSServerTransID,
    deviceChannel: '02',
    messageCategory: '01',
    preferredProtocolVersion: '2.2.0',
    enforcePreferredProtocolVersion: true,
    threeDSCompInd: 'Y',
    threeDSRequestor: {
      threeDSRequestorAuthenticationInd: '01',
      threeDSRequestorAuthenticationInfo: { threeDSReqAuthMethod: '04', threeDSReqAuthTimestamp: '202611201015' },
      threeDSRequestorChallengeInd: '01'
    },
    cardholderAccount: { acctNumber: CHALLENGE_CARD, acctType: '03', cardExpiryDate: '2912', schemeId: 'VISA', cardSecurityCode: '321' },
    purchase: { purchaseAmount: 4599, purchaseCurrency: '978', purchaseExponent: 2, purchaseDate: '20261120101500' },
    acquirer: { acquirerBIN: '445566', acquirerMerchantID: 'HARBOR-0042' },
    merchant: { mcc: '5942', threeDSRequestorId: 'harbor-req-1', notificationURL: 'https://shop.test/3ds/return' },
    browserInformation: { browserTZ: -300, browserIP: '203.0.113.9', browserScreenHeight: 900, browserScreenWidth: 1440, challengeWindowSize: '05' },
    deviceRenderOptions: { sdkInterface: '03', sdkUiType: ['01'] }
  })
  t.equal(authenticated.body.transStatus, 'C')
  t.match(authenticated.body.authenticationRequest, {
    browserTZ: '-300', acquirerBIN: '445566', acquirerMerchantID: 'HARBOR-0042', threeDSRequestorID: 'harbor-req-1', deviceRenderOptions: { sdkInterface: '03', sdkUiType: ['01'] }
  })
  const { messageCategory, authenticationType, ...results } = resultsRequest(authenticated.body.authenticationResponse)
  t.equal((await post(app, '/3ds/results', results)).status, 200)
  t.match(await post(app, '/3ds/final', { threeDSServerTransID }), { status: 200, body: { transStatus: 'Y', eci: '05', resultsRequest: results } })
})

t.test('what is not set may be null, at every level (clients-and-dialects §3.1)', async (t) => {
  const request = browserRequest(id)
  t.strictSame(await aReqOf({
    ...request,
    sdkInformation: null,
    sdkTransID: null,
    threeDSRequestor: { threeDSRequestorChallengeInd: null },
    merchant: { ...request['merchant'], mcc: null },
    browserInformation: { browserTZ: null }
  }), await aReqOf(request))
  t.strictSame(await faultsOf({ ...request, cardholderAccount: { acctNumber: null } }), { 'cardholderAccount.acctNumber': 'is required' })
})

t.test('integers come as numbers or as texts, and leave as EMV\'s texts (compatibility B7)', async (t) => {
  const numbers = { purchaseAmount: 0, purchaseExponent: 2, purchaseInstalData: 3, recurringFrequency: 30 }
  const browser = { browserScreenHeight: 900, browserScreenWidth: 1440, browserTZ: -840, browserColorDepth: 24 }
  const texts = (source: object) => Object.fromEntries(Object.entries(source).map(([name, value]) => [name, String(value)]))
  const request = browserRequest(id)
  const asNumbers = await aReqOf({ ...request, purchase: { ...request['purchase'], ...numbers }, browserInformation: browser })
  t.match(asNumbers, { ...texts(numbers), ...texts(browser) })
  t.strictSame(await aReqOf({ ...request, purchase: { ...request['purchase'], ...texts(numbers) }, browserInformation: texts(browser) }), asNumbers)
  t.equal((await aReqOf({ ...request, browserInformation: { browserTZ: '+60' } })).browserTZ, '+60')
  t.equal((await aReqOf({ ...request, sdkMaxTimeout: 5 })).sdkMaxTimeout, '05', 'two digits (emv3ds-protocol §11)')
  for (const [value, message] of [[-1, 'has none of the allowed forms'], [1.5, 'has none of the allowed forms'], ['1.5', 'has none of the allowed forms'], [1e300, 'has none of the allowed forms'], ['', 'has none of the allowed forms']]) {
    t.strictSame(await faultsOf({ ...request, purchase: { ...request['purchase'], purchaseAmount: value } }), { 'purchase.purchaseAmount': message }, String(value))
  }
  for (const browserTZ of [841, -841, '1441', 'UTC', 0.5]) {
    t.strictSame(await faultsOf({ ...request, browserInformation: { browserTZ } }), { 'browserInformation.browserTZ': 'has none of the allowed forms' })
  }
})

t.test('a number is taken only where the schema has whole numbers: EMV has no JSON numbers', async (t) => {
  const request = browserRequest(id)
  for (const number of [620, -1, 0.5, 1e21]) {
    t.strictSame(await faultsOf({
      ...request, cardholder: { billAddrCountry: number }, merchant: { ...request.merchant, payeeOrigin: number }, acctInfo: number, messageCategory: 1
    }), {
      messageCategory: 'must be string',
      'cardholder.billAddrCountry': 'must not be a number',
      'merchant.payeeOrigin': 'must not be a number',
      acctInfo: 'must not be a number'
    })
    t.strictSame(await faultsOf({ ...request, cardholder: { billAddrCountry: number } }), { 'cardholder.billAddrCountry': 'must not be a number' })
  }
  t.strictSame(await faultsOf({ ...appRequest(id), sdkInformation: { sdkType: 1 } }), { 'sdkInformation.sdkType': 'must not be a number' })
  const legacy = await build(t, { ...ES256, COMPATIBILITY: 'legacy' })
  t.equal((await aReqOf({ ...request, cardholder: { billAddrCountry: 620 } }, legacy)).billAddrCountry, '620', 'legacy takes it')
})

t.test('an element in two places has one value, on every channel', async (t) => {
  const [one, other] = [{ chAccAgeInd: '01' }, { chAccAgeInd: '02' }]
  for (const request of [browserRequest(id), appRequest(id), threeRIRequest(id)]) {
    const twice = (first: unknown, second: unknown) => ({ ...request, acctInfo: first, cardholder: { billAddrCity: 'Porto' }, purchase: { ...request.purchase, acctInfo: second } })
    t.strictSame(await faultsOf(twice(one, other)), { 'purchase.acctInfo': 'is given twice, with different values' })
    t.strictSame((await aReqOf(twice(one, { ...one }))).acctInfo, one)
    t.strictSame(await faultsOf({ ...twice(one, other), threeDSCompInd: 1, merchant: { ...request.merchant, billAddrCity: 'Braga' } }), {
      threeDSCompInd: 'must be string',
      'purchase.acctInfo': 'is given twice, with different values',
      'merchant.billAddrCity': 'is given twice, with different values'
    }, 'with everything else that is wrong')
    t.strictSame(await faultsOf({ ...request, sdkTransID: SDK_TRANS_ID, sdkInformation: { sdkTransID: id } }), {
      'sdkInformation.sdkTransID': 'is given twice, with different values'
    })
  }
  const { sdkEphemPubKey, ...app } = appRequest(id)
  const { kty, crv, x, y } = SDK_KEY
  t.strictSame(await faultsOf({ ...app, Kty: kty, Crv: crv, X: x, Y: y, acctInfo: one, cardholder: { acctInfo: other } }), {
    'cardholder.acctInfo': 'is given twice, with different values'
  }, 'also where the key comes in four members')
  t.equal((await aReqOf({ ...app, sdkEphemPubKey, sdkMaxTimeout: 5, sdkInformation: { sdkMaxTimeout: '05' } })).sdkMaxTimeout, '05', 'the value counts, not how it is written')
})

t.test('an element in two places that is nested too deeply is named, and not compared', async (t) => {
  const deep = JSON.parse(`${'['.repeat(4000)}${']'.repeat(4000)}`)
  t.strictSame(await faultsOf({ ...browserRequest(id), acctInfo: deep, cardholder: { acctInfo: [deep] } }), {
    acctInfo: 'is nested too deeply', 'cardholder.acctInfo': 'is nested too deeply'
  })
})

t.test('legacy takes an element in two places, and of the SDK\'s the one that the original reads', async (t) => {
  const legacy = await build(t, { ...ES256, COMPATIBILITY: 'legacy' })
  const { body } = await post(legacy, '/3ds/authenticate', {
    ...appRequest(id), billAddrCity: 'Braga', cardholder: { billAddrCity: 'Porto' }, sdkInformation: { sdkTransID: id }
  })
  t.equal(body.authenticationResponse.sdkTransID, SDK_TRANS_ID)
  t.equal(body.authenticationRequest.billAddrCity, 'Porto')
})

t.test('threeDSRequestorChallengeInd is a text or a list (2.3.1)', async (t) => {
  for (const [indicator, transStatus] of [['04', 'C'], [['04'], 'C'], [['01', '04'], 'C'], ['05', 'Y'], [['05'], 'Y'], [['04', '05'], 'C'], ['01', 'Y']]) {
    const { body } = await post(app, '/3ds/authenticate', { ...browserRequest(id, FRICTIONLESS_CARD), threeDSRequestor: { threeDSRequestorChallengeInd: indicator } })
    t.equal(body.transStatus, transStatus, String(indicator))
    t.strictSame(body.authenticationRequest.threeDSRequestorChallengeInd, indicator)
  }
  for (const indicator of [[], 4, {}]) {
    t.strictSame(await faultsOf({ ...browserRequest(id), threeDSRequestor: { threeDSRequestorChallengeInd: indicator } }), {
      'threeDSRequestor.threeDSRequestorChallengeInd': 'has none of the allowed forms'
    })
  }
})

t.test('the SDK\'s key and data come in every form that clients have (compatibility B4)', async (t) => {
  const { sdkEphemPubKey, sdkTransID, ...request } = appRequest(id)
  const data = { sdkAppID: 'df8d1b36-1b64-4f0a-9b5c-1f6f0f1d4a11', sdkReferenceNumber: '3DS_LOA_SDK_TEST_020200_00001', sdkMaxTimeout: '05', sdkEncData: 'a.b.c.d.e' }
  const wanted = await aReqOf({ ...request, sdkTransID, sdkEphemPubKey, ...data })
  t.match(wanted, { sdkTransID, sdkEphemPubKey, ...data })
  const { kty, crv, x, y } = SDK_KEY
  const forms: Record<string, object> = {
    'the original\'s object': { sdkTransID, sdkEphemeralPublicKey: SDK_KEY, ...data },
    'four capitalised members': { sdkTransID, Kty: kty, Crv: crv, X: x, Y: y, ...data },
    'inside sdkInformation': { sdkInformation: { sdkTransID, sdkEphemPubKey, ...data } },
    'inside sdkInformation, run-time names': { sdkInformation: { sdkTransId: sdkTransID, sdkEphemeralPublicKey: SDK_KEY, ...data } },
    'in both places': { sdkTransID, sdkEphemPubKey, ...data, sdkInformation: { sdkTransID, sdkEphemPubKey, ...data } }
  }
  for (const [name, form] of Object.entries(forms)) t.strictSame(await aReqOf({ ...request, ...form }), wanted, name)
  t.strictSame(await faultsOf({ ...request, sdkTransID, sdkEphemPubKey, sdkInformation: { sdkTransID: id } }), {
    'sdkInformation.sdkTransID': 'is given twice, with different values'
  })
})

t.test('device data is for the DS and is not kept (emv3ds-protocol §5.2)', async (t) => {
  const { body } = await post(app, '/3ds/authenticate', { ...appRequest(id), sdkEncData: 'a.b.c.d.e' })
  const { sdkEncData, ...kept } = body.authenticationRequest
  t.equal(sdkEncData, 'a.b.c.d.e')
  t.strictSame((await app.stateStore.get(id)).aReq, kept)
})

t.test('sdkTransID is echoed letter for letter: iOS compares text (clients-and-dialects §4)', async (t) => {
  const { body } = await post(app, '/3ds/authenticate', { ...appRequest(id), sdkTransID: SDK_TRANS_ID.toUpperCase() })
  t.equal(body.authenticationResponse.sdkTransID, SDK_TRANS_ID.toUpperCase())
})

t.test('card numbers have 13 to 19 digits', async (t) => {
  for (const length of [13, 16, 19]) {
    const acctNumber = '4'.padEnd(length - 4, '0') + '4000'
    t.equal((await aReqOf(browserRequest(id, acctNumber))).acctNumber, acctNumber)
  }
  for (const acctNumber of ['400000000001', '40000000000000000001', '4000 4000 4000 4000', '', 4000400040004000]) {
    const faults = await faultsOf({ ...browserRequest(id), cardholderAccount: { acctNumber } })
    t.strictSame(Object.keys(faults), ['cardholderAccount.acctNumber'])
    t.notMatch(JSON.stringify(faults), /4000/, 'the number is not repeated')
  }
})

t.test('a UUID is taken in every form and goes on in one (compatibility §0.3)', async (t) => {
  const bare = id.replaceAll('-', '')
  for (const form of [id.toUpperCase(), bare, bare.toUpperCase(), `{${id}}`, `{${bare}}`, `urn:uuid:${id}`, `urn:uuid:${id.toUpperCase()}`]) {
    const { body } = await post(app, '/3ds/authenticate', browserRequest(form, FRICTIONLESS_CARD))
    t.equal(body.threeDSServerTransID, id, form)
    t.match(await post(app, '/3ds/final', { threeDSServerTransID: form }), { status: 200, body: { threeDSServerTransID: id } }, form)
  }
  for (const form of [`{${id}`, `${id}}`, id.replace('-', ''), `urn:uuid:{${id}}`, id.slice(1), `${id}0`, `${id}\n`, 'x', '', 7]) {
    t.strictSame(Object.keys(await faultsOf(browserRequest(form as string))), ['threeDSServerTransID'], String(form))
  }
})

t.test('each channel is told at once of everything that it needs and lacks', async (t) => {
  const empty = (deviceChannel: unknown, messageCategory = '01') => ({ threeDSServerTransID: id, deviceChannel, messageCategory, cardholderAccount: {} })
  const required = (...elements: string[]) => Object.fromEntries(elements.map((element) => [element, 'is required']))
  const payment = ['cardholderAccount.acctNumber', 'purchase.purchaseAmount', 'purchase.purchaseCurrency']

  t.strictSame(await faultsOf(empty('02')), required(...payment, 'merchant.notificationURL'))
  t.strictSame(await faultsOf(empty('02', '02')), required('cardholderAccount.acctNumber', 'merchant.notificationURL'))
  t.strictSame(await faultsOf(empty('01')), { ...required(...payment), sdkTransID: 'is required for mobile flows (deviceChannel=01)' })
  t.strictSame(await faultsOf(empty('03')), required('cardholderAccount.acctNumber'))
  t.strictSame(await faultsOf(empty('04')), { deviceChannel: 'has none of the allowed forms', ...required(...payment) })
  t.strictSame(await faultsOf({}), {
    ...required('threeDSServerTransID', 'deviceChannel', 'messageCategory', 'cardholderAccount', 'cardholderAccount.acctNumber')
  })
})

t.test('more than a handful of faults are all named', async (t) => {
  const texts = ['addrMatch', 'cardholderName', 'email']
  const phones = ['homePhone', 'mobilePhone', 'workPhone']
  const purchase = ['purchaseAmount', 'purchaseExponent', 'purchaseInstalData', 'recurringFrequency']
  const all = (names: string[]) => Object.fromEntries(names.map((name) => [name, true]))
  const faults = await faultsOf({
    ...browserRequest(id), cardholder: all([...texts, ...phones]), purchase: { ...all(purchase), purchaseCurrency: '978' }, threeDSCompInd: true
  })
  t.strictSame(faults, {
    threeDSCompInd: 'must be string',
    ...Object.fromEntries(texts.map((name) => [`cardholder.${name}`, 'must be string'])),
    ...Object.fromEntries(phones.map((name) => [`cardholder.${name}`, 'must be object'])),
    ...Object.fromEntries(purchase.map((name) => [`purchase.${name}`, 'has none of the allowed forms']))
  })
})

t.test('a currency is three digits, assigned or not (ISO 4217); legacy takes any text', async (t) => {
  const legacy = await build(t, { ...ES256, COMPATIBILITY: 'legacy' })
  const paying = (purchaseCurrency: unknown) => ({ ...browserRequest(id), purchase: { purchaseAmount: 4599, purchaseCurrency } })
  for (const purchaseCurrency of ['EUR', '', '97', '0978', '97x', '978\n', '٩٧٨', '<b>']) {
    t.strictSame(await faultsOf(paying(purchaseCurrency)), { 'purchase.purchaseCurrency': 'must match pattern "^[0-9]{3}$"' }, purchaseCurrency)
    t.equal((await aReqOf(paying(purchaseCurrency), legacy)).purchaseCurrency, purchaseCurrency)
  }
  t.strictSame(Object.keys(await faultsOf(paying(978))), ['purchase.purchaseCurrency'])
  for (const purchaseCurrency of ['978', '000', '899']) t.equal((await aReqOf(paying(purchaseCurrency))).purchaseCurrency, purchaseCurrency)
})

t.test('a browser is sent only where a browser can be sent', async (t) => {
  for (const notificationURL of ['javascript:alert(1)', '/return', 'https://shop.test/\r\nSet-Cookie: a=b', '', 'http:evil', 'https:\\\\shop.test', 'https://shop@evil.test/']) {
    t.strictSame(await faultsOf({ ...browserRequest(id), merchant: { notificationURL } }), {
      'merchant.notificationURL': 'must be an absolute http or https URL of at most 2048 characters, without credentials, spaces and backslashes'
    })
  }
})

t.test('a category is 01, 02 or the payment system\'s own: the others are reserved (emv3ds-protocol §3); legacy takes any text', async (t) => {
  const legacy = await build(t, { ...ES256, COMPATIBILITY: 'legacy' })
  const of = (messageCategory: string) => ({ ...browserRequest(id), messageCategory })
  for (const messageCategory of ['00', '03', '09', '79', '1', '001', 'PA']) {
    t.strictSame(await faultsOf(of(messageCategory)), { messageCategory: 'must match pattern "^(?:0[12]|[89][0-9])$"' }, messageCategory)
    t.equal((await aReqOf(of(messageCategory), legacy)).messageCategory, messageCategory)
  }
  for (const messageCategory of ['01', '02', '80', '99']) t.equal((await aReqOf(of(messageCategory))).messageCategory, messageCategory)
})

t.test('a result is posted only where a server can post; legacy looks when it is sent', async (t) => {
  const legacy = await build(t, { ...ES256, COMPATIBILITY: 'legacy' })
  const to = (resultsResponseNotificationUrl: string) => {
    const request = browserRequest(id)
    return { ...request, merchant: { ...request.merchant, resultsResponseNotificationUrl } }
  }
  for (const address of ['file:///etc/passwd', 'no address', '/rres', 'https://shop.test/ rres', 'http://me:secret@shop.test/']) {
    t.strictSame(await faultsOf(to(address)), {
      'merchant.resultsResponseNotificationUrl': 'must be an absolute http or https URL of at most 2048 characters, without credentials, spaces and backslashes'
    }, address)
    t.equal((await post(legacy, '/3ds/authenticate', to(address))).status, 200)
  }
  for (const address of ['', 'https://shop.test/rres']) {
    t.equal((await post(app, '/3ds/authenticate', to(address))).status, 200)
  }
})

t.test('an element counts only where it is judged: no other place gets past the judge', async (t) => {
  const request = browserRequest(id)
  const wanted = await aReqOf(request)
  const smuggled = {
    acctNumber: ['4000400040004000'], deviceChannel: {}, messageCategory: 1, threeDSServerTransID: [], notificationURL: 'javascript:alert(1)', merchantName: {}, purchaseAmount: -1, sdkReferenceNumber: {}, email: []
  }
  for (const group of ['cardholder', 'purchase', 'acquirer', 'merchant', 'browserInformation', 'threeDSRequestor', 'sdkInformation', 'cardholderAccount']) {
    const own: Record<string, string[]> = { cardholder: ['email'], purchase: ['purchaseAmount'], merchant: ['notificationURL', 'merchantName'], sdkInformation: ['sdkReferenceNumber'], cardholderAccount: ['acctNumber'] }
    const foreign = Object.fromEntries(Object.entries(smuggled).filter(([name]) => own[group]?.includes(name) !== true))
    t.strictSame(await aReqOf({ ...request, [group]: { ...foreign, ...request[group] } }), wanted, group)
  }
  const { merchantName, purchaseAmount, notificationURL, acctNumber, email } = smuggled
  t.strictSame(await aReqOf({ ...request, merchantName, purchaseAmount, notificationURL, acctNumber, email }), wanted, 'top')
  t.strictSame((await aReqOf({ ...request, cardholder: { acctInfo: { chAccAgeInd: '01' } } })).acctInfo, { chAccAgeInd: '01' }, 'what the schema does not know is carried along from anywhere')
})

t.test('an app needs a P-256 key for a challenge, and only for a challenge', async (t) => {
  const { sdkEphemPubKey, ...keyless } = appRequest(id)
  const { kty, crv, x } = SDK_KEY
  t.strictSame(await faultsOf(keyless), { sdkEphemPubKey: 'is required for a challenge in an app' })
  t.strictSame(await faultsOf({ ...keyless, Kty: kty, Crv: crv, X: x }), { sdkEphemPubKey: 'is required for a challenge in an app' })
  t.strictSame(await faultsOf({ ...keyless, sdkEphemPubKey: { ...SDK_KEY, y: x } }), { sdkEphemPubKey: 'is no public P-256 key' })
  t.notOk('sdkEphemPubKey' in await aReqOf({ ...keyless, cardholderAccount: { acctNumber: FRICTIONLESS_CARD } }))
  const legacy = await build(t, { ...ES256, COMPATIBILITY: 'legacy' })
  t.equal((await post(legacy, '/3ds/authenticate', keyless)).body.transStatus, 'C', 'the original notices only at the challenge')
})

t.test('the version is the preferred one where it is known (2.1.0, 2.2.0, 2.3.1), else 2.2.0; legacy knows one', async (t) => {
  const legacy = await build(t, { COMPATIBILITY: 'legacy' })
  for (const [preferredProtocolVersion, version] of [['2.1.0', '2.1.0'], ['2.2.0', '2.2.0'], ['2.3.1', '2.3.1'], ['2.3.0', '2.2.0'], [undefined, '2.2.0']]) {
    const request = { ...browserRequest(id), preferredProtocolVersion }
    const { body } = await post(app, '/3ds/authenticate', request)
    t.strictSame([body.authenticationRequest, body.authenticationResponse, body.challengeRequest].map(({ messageVersion }: any) => messageVersion), Array(3).fill(version))
    const { body: old } = await post(legacy, '/3ds/authenticate', request)
    t.strictSame([old.authenticationRequest, old.authenticationResponse, old.challengeRequest].map(({ messageVersion }: any) => messageVersion), Array(3).fill('2.2.0'))
  }
})

t.test('a version that is to be enforced and is not supported is refused; legacy does not look at it', async (t) => {
  const wanting = (version: unknown, enforce: unknown) => ({ ...browserRequest(id), preferredProtocolVersion: version, enforcePreferredProtocolVersion: enforce })
  for (const version of ['2.3.0', '2.0.0', '1.0.2', '2.2', '', 'x']) {
    t.strictSame(await faultsOf(wanting(version, true)), { preferredProtocolVersion: 'must be 2.1.0, 2.2.0 or 2.3.1 when it is enforced' })
    t.equal((await aReqOf(wanting(version, false))).messageVersion, '2.2.0')
    t.equal((await aReqOf(wanting(version, undefined))).messageVersion, '2.2.0')
  }
  for (const version of ['2.1.0', '2.2.0', '2.3.1']) t.equal((await aReqOf(wanting(version, true))).messageVersion, version)
  t.equal((await aReqOf(wanting(undefined, true))).messageVersion, '2.2.0')
  const legacy = await build(t, { ...ES256, COMPATIBILITY: 'legacy' })
  t.equal((await aReqOf(wanting('2.3.0', true), legacy)).messageVersion, '2.2.0')
})

t.test('the CReq carries the browser\'s window size, 01 where none was sent; legacy takes any text', async (t) => {
  const sized = (challengeWindowSize: unknown) => ({ ...browserRequest(id), browserInformation: { challengeWindowSize } })
  for (const [size, carried] of [['01', '01'], ['03', '03'], ['05', '05'], [undefined, '01']]) {
    const { body } = await post(app, '/3ds/authenticate', sized(size))
    t.equal(body.challengeRequest.challengeWindowSize, carried)
  }
  const legacy = await build(t, { ...ES256, COMPATIBILITY: 'legacy' })
  for (const size of ['00', '06', '09', '1', '011', '', '05\n']) {
    t.strictSame(await faultsOf(sized(size)), { 'browserInformation.challengeWindowSize': 'must match pattern "^0[1-5]$"' }, size)
    const { body } = await post(legacy, '/3ds/authenticate', sized(size))
    t.equal(body.challengeRequest.challengeWindowSize, '01', size)
  }
})

t.test('what a 3DS Requestor says of its 3DS Server is kept; what it leaves out is added', async (t) => {
  const told = { threeDSServerRefNumber: '3DS_LOA_SER_OTHER_020200_00001', threeDSServerOperatorID: 'OTHER', threeDSServerURL: 'https://server.test/results', threeDSRequestorURL: 'https://shop.test/' }
  t.match(await aReqOf({ ...browserRequest(id), ...told }), told)
  t.match(await aReqOf(browserRequest(id)), {
    threeDSServerRefNumber: '3DS_LOA_SER_MOCK_020200_00001',
    threeDSServerOperatorID: '3DS-MOCK-SERVER',
    threeDSServerURL: /\/3ds\/results$/,
    threeDSRequestorURL: 'https://shop.test/3ds/return'
  })
})

t.test('every channel and category is answered with what belongs to it', async (t) => {
  const app3ri = await post(app, '/3ds/authenticate', threeRIRequest(id))
  t.strictSame(app3ri.status, 200)
  t.strictSame(app3ri.body.authenticationResponse, {
    messageType: 'ARes',
    messageVersion: '2.2.0',
    threeDSServerTransID: id,
    acsTransID: app3ri.body.authenticationResponse.acsTransID,
    dsTransID: app3ri.body.authenticationResponse.dsTransID,
    acsOperatorID: 'MOCK_ACS',
    acsReferenceNumber: 'issuer1',
    dsReferenceNumber: 'MOCK_DS',
    transStatus: 'Y'
  })
  t.match((await post(app, '/3ds/authenticate', threeRIRequest(id, CHALLENGE_CARD))).body, { transStatus: 'U', acsURL: undefined, base64EncodedChallengeRequest: undefined })
})

t.test('an authenticate that repeats an id replaces the transaction, and that is logged (compatibility B12)', async (t) => {
  const { logger, lines } = await keepLog()
  const server = await build(t, {}, { logger })
  const first = await post(server, '/3ds/authenticate', browserRequest(id))
  await post(server, '/3ds/results', resultsRequest(first.body.authenticationResponse))
  const replaced = () => lines.filter((line) => line.includes('the transaction was replaced')).map((line) => JSON.parse(line).threeDSServerTransID)
  t.strictSame(replaced(), [])
  const second = await post(server, '/3ds/authenticate', browserRequest(id.toUpperCase()))
  t.strictSame(replaced(), [id])
  t.not(second.body.authenticationResponse.acsTransID, first.body.authenticationResponse.acsTransID)
  t.match(await post(server, '/3ds/final', { threeDSServerTransID: id }), { status: 400, body: { error: 'Results not found for this transaction' } })
  t.match(await post(server, '/3ds/results', resultsRequest(first.body.authenticationResponse)), { status: 400, body: { errorCode: '301' } }, 'the first one is over')
})

t.test('legacy keeps the reason of a status that the original never gave', async (t) => {
  const legacy = await build(t, { ...ES256, COMPATIBILITY: 'legacy' })
  const browser = await post(legacy, '/3ds/authenticate', browserRequest(id, '4000000000001018'))
  t.match(browser.body, { transStatus: 'N', authenticationResponse: { transStatus: 'N', transStatusReason: '01', eci: '05' } })
  const inApp = await post(legacy, '/3ds/authenticate', appRequest(id, '4000000000001042'))
  t.match(inApp.body, { transStatus: 'R', authenticationResponse: { transStatus: 'R', transStatusReason: '11', deviceInfoRecognisedVersion: '1.3' } })
})

t.test('legacy answers requests that lack what the original needs, without inventing it', async (t) => {
  const legacy = await build(t, { ...ES256, COMPATIBILITY: 'legacy' })
  const request = { ...threeRIRequest(id), deviceRenderOptions: { sdkInterface: '01' } }
  const { body } = await post(legacy, '/3ds/authenticate', request)
  t.notOk('purchaseDate' in body)
  t.strictSame(body.authenticationRequest, {
    messageType: 'AReq',
    messageVersion: '2.2.0',
    threeDSServerRefNumber: '3DS_LOA_SER_JTPL_020200_00841',
    threeDSServerOperatorID: '10073246',
    threeDSServerURL: 'https://visa.3ds.certification.juspay.in/3ds/results',
    messageCategory: '02',
    deviceChannel: '03',
    threeDSServerTransID: id,
    acctNumber: FRICTIONLESS_CARD,
    deviceRenderOptions: { sdkInterface: '01' }
  })
})
