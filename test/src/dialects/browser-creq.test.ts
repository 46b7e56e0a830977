import t from 'tap'
import { judgeBrowserCReq } from '../../../src/acs/judge-browser-creq.ts'
import { asUnreadable, MAX_CREQ_LENGTH, parseCreq } from '../../../src/dialects/browser-creq.ts'
import { ERROR_REDIRECT_QUERY, redirectLocation } from '../../../src/dialects/original/redirect.ts'
import { ProtocolError } from '../../../src/errors.ts'
import { createJudge } from '../../../src/protocol/judge.ts'
import { inRuntimeSpelling } from '../../setup/requests.ts'

const creq = {
  messageType: 'CReq',
  messageVersion: '2.2.0',
  threeDSServerTransID: '3f6b1c52-7d0e-4a61-9b1f-2c9d5e7a8013',
  acsTransID: '5d9e0c11-46a8-4b7f-8e22-91f3a7c4d0b6',
  challengeWindowSize: '05'
}
const { messageType, ...judged } = creq
const judge = createJudge({ strict: false, firstErrorCode: '203' })
const strictJudge = createJudge({ strict: true, firstErrorCode: '203' })
const judgeCreq = (sent: ReturnType<typeof parseCreq>, by = judge) => judgeBrowserCReq(sent, by)
const base64 = (text: string) => Buffer.from(text).toString('base64')

t.test('creq is read as real clients send it: raw, base64, base64url, padded or not, either spelling (clients-and-dialects §5)', async (t) => {
  for (const body of [creq, inRuntimeSpelling(creq), { ...creq, threeDSServerTransID: undefined, threeDsServerTransId: creq.threeDSServerTransID }]) {
    // Spaces after the JSON move the padding through all its lengths.
    for (const spaces of ['', ' ', '  ']) {
      const text = JSON.stringify(body) + spaces
      const forms = [text, `\n ${text}`, base64(text), base64(text).replace(/=+$/, ''), Buffer.from(text).toString('base64url'), `${base64(text)}\r\n`]
      for (const form of forms) t.strictSame(judgeCreq(parseCreq(form)), judged)
    }
  }
  t.strictSame(judgeCreq(parseCreq(JSON.stringify({ ...creq, acsTransID: creq.acsTransID.toUpperCase(), threeDSServerTransID: `{${creq.threeDSServerTransID}}`, more: 1 }))), judged)
})

t.test('what holds no JSON object is refused with the original\'s words (compatibility §1.5)', async (t) => {
  const longest = JSON.stringify({ a: 'x'.repeat(MAX_CREQ_LENGTH) })
  for (const form of [undefined, null, 5, {}, '', 'no creq', '{', '[]', base64('[]'), base64('null'), base64('{'), '%%%', longest]) {
    t.throws(() => parseCreq(form), { name: 'MockError', code: 'invalid_challenge_request', message: 'Invalid JSON in challenge request' })
  }
})

t.test('every faulty element is named: wrong ones (203) before missing ones (201), emv3ds-protocol §3', async (t) => {
  const refused = (body: object) => {
    try {
      return judgeCreq(parseCreq(JSON.stringify(body)))
    } catch (error) {
      return (error as any).erro
    }
  }
  const about = { errorComponent: 'A', errorMessageType: 'CReq' }
  t.strictSame(refused({}), { errorCode: '101', errorDetail: 'messageType', ...about })
  t.strictSame(refused({ messageType: 'CReq' }), { errorCode: '201', errorDetail: 'messageVersion', ...about }, 'without a version nobody knows what there has to be')
  t.strictSame(refused({ messageType: 'CReq', messageVersion: '2.2.0' }), { errorCode: '201', errorDetail: 'acsTransID,challengeWindowSize,threeDSServerTransID', ...about })
  t.strictSame(refused({ ...creq, challengeWindowSize: '' }), {
    errorCode: '201', errorDetail: 'challengeWindowSize', ...about, threeDSServerTransID: creq.threeDSServerTransID, acsTransID: creq.acsTransID
  })
  t.strictSame(refused({ messageType: 'CReq', messageVersion: '2.2.0', threeDSServerTransID: 'x', acsTransID: creq.acsTransID, challengeWindowSize: '' }), {
    errorCode: '203', errorDetail: 'threeDSServerTransID', ...about, acsTransID: creq.acsTransID
  })
  t.strictSame(refused({ ...creq, messageType: 'CRes', messageVersion: '9.9.9', challengeWindowSize: '06' }), {
    errorCode: '101', errorDetail: 'messageType', ...about, threeDSServerTransID: creq.threeDSServerTransID, acsTransID: creq.acsTransID
  }, 'another message is not looked into')
  t.strictSame(refused({ ...creq, messageVersion: '2.3.0', challengeWindowSize: '06' }), {
    errorCode: '102', errorDetail: '2.1.0,2.2.0,2.3.1', ...about, threeDSServerTransID: creq.threeDSServerTransID, acsTransID: creq.acsTransID
  }, 'nor is another version')
  t.strictSame(refused({ ...creq, challengeWindowSize: '06', acsTransID: ['x'] }).errorDetail, 'acsTransID,challengeWindowSize')
})

t.test('the original\'s one error is for faults of the creq: one of our own is not passed off as the caller\'s', async (t) => {
  const refusal = new ProtocolError('The challenge request cannot be used', { errorCode: '203', errorComponent: 'A', errorDetail: 'acsTransID' })
  t.match(asUnreadable(refusal), { name: 'MockError', code: 'invalid_challenge_request', message: 'Invalid JSON in challenge request', cause: refusal })
  const ours = new TypeError('x is not a function')
  t.equal(asUnreadable(ours), ours)
})

function erroOf (body: object | string, by = judge): any {
  try {
    return judgeCreq(parseCreq(typeof body === 'string' ? body : JSON.stringify(body)), by)
  } catch (error) {
    return (error as any).erro
  }
}

t.test('an Erro about a CReq that names no transaction has the letters of its ids (emv3ds-protocol §1)', async (t) => {
  const capitals = { threeDSServerTransID: creq.threeDSServerTransID.toUpperCase(), acsTransID: creq.acsTransID.toUpperCase() }
  t.match(erroOf({ ...creq, ...capitals, challengeWindowSize: '06' }), { errorCode: '203', ...capitals })
  t.match(erroOf({ ...creq, ...capitals, acsTransID: `{${creq.acsTransID}}`, challengeWindowSize: '06' }), { ...capitals, acsTransID: creq.acsTransID }, 'in another form they are brought into that of EMV')
  t.strictSame(parseCreq(JSON.stringify({ ...creq, ...capitals })).respelt, [])
})

t.test('an element in two spellings is fine with one value and refused with two: A/203 (emv3ds-protocol §3)', async (t) => {
  const other = '00000000-0000-4000-8000-000000000001'
  const { threeDSServerTransID, acsTransID } = creq
  t.strictSame(judgeCreq(parseCreq(JSON.stringify({ ...creq, ...inRuntimeSpelling(creq) }))), judged)
  t.strictSame(judgeCreq(parseCreq(JSON.stringify({ ...creq, threeDsServerTransId: null, acsTransId: null }))), judged, 'null is no second value')
  const about = { errorCode: '203', errorComponent: 'A', errorMessageType: 'CReq' }
  t.strictSame(erroOf({ ...creq, acsTransId: other }), { ...about, errorDetail: 'acsTransID', threeDSServerTransID }, 'the id at fault is not named')
  t.strictSame(erroOf({ threeDsServerTransId: other, ...creq, acsTransId: other, challengeWindowSize: 'x' }), { ...about, errorDetail: 'challengeWindowSize,threeDSServerTransID,acsTransID' })
  t.strictSame(erroOf({ ...creq, messageExtension: JSON.parse(`${'['.repeat(40)}${']'.repeat(40)}`) }), { ...about, errorDetail: 'messageExtension', threeDSServerTransID, acsTransID })
})

t.test('an optional element that is empty or null is a finding, and A/203 to a strict judge; an unknown one is ignored (emv3ds-protocol §3, §17)', async (t) => {
  const { threeDSServerTransID, acsTransID } = creq
  for (const messageExtension of [null, '', [], {}]) {
    t.strictSame(erroOf({ ...creq, messageExtension }), judged)
    t.strictSame(erroOf({ ...creq, messageExtension }, strictJudge), {
      errorCode: '203', errorComponent: 'A', errorMessageType: 'CReq', errorDetail: 'messageExtension', threeDSServerTransID, acsTransID
    })
  }
  t.strictSame(judgeCreq(parseCreq(JSON.stringify({ ...creq, sdkTransID: null, more: null })), strictJudge), judged)
})

t.test('extensions that are critical are A/202, keys that stand twice A/204, in whichever spelling (emv3ds-protocol §3.5, §3.8)', async (t) => {
  const extension = (criticalityIndicator: unknown) => ({ name: 'x', id: 'A000000004-x', criticalityIndicator, data: { a: 'b' } })
  t.match(erroOf({ ...creq, messageExtension: [extension(true)] }), { errorCode: '202', errorDetail: 'A000000004-x' })
  t.strictSame(erroOf({ ...creq, messageExtension: [extension(false)] }), judged)
  t.match(erroOf({ ...creq, messageExtension: [extension('no')] }), { errorCode: '203', errorDetail: 'messageExtension.criticalityIndicator' })
  const twice = JSON.stringify({ ...inRuntimeSpelling(creq), messageExtension: [extension(false)] })
    .replace('"acsTransId"', '"acsTransId":"x","acsTransId"').replace('"a":"b"', '"a":"b","a":"b"')
  t.match(erroOf(twice), { errorCode: '204', errorDetail: 'acsTransID,messageExtension.data.a', acsTransID: undefined })
  t.match(erroOf('{"messageType":"CReq","messageVersion":"2.2.0","":1,"":1}'), { errorCode: '204', errorDetail: '' }, 'what has no name says nothing')
})

t.test('the original\'s redirect keeps the query that the target has (compatibility B21)', async (t) => {
  t.equal(redirectLocation('https://shop.test/return', [['transStatus', 'Y'], ['authenticationValue', 'a+b/c='], ['eci', undefined]]), 'https://shop.test/return?transStatus=Y&authenticationValue=a%2Bb%2Fc%3D')
  t.equal(redirectLocation('https://shop.test/return?order=1#top', ERROR_REDIRECT_QUERY), 'https://shop.test/return?order=1&transStatus=U&error=processing_error#top')
})
