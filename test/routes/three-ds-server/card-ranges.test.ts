import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { AppParts } from '../../../app.ts'
import { methodFindingsKey } from '../../../src/acs/method/judge-method.ts'
import { build, keepLog, post, START } from '../../setup/app.ts'
import { browserRequest } from '../../setup/requests.ts'

const RANGES = [
  {
    start: '4000400040000000',
    end: '4000400049999999',
    acsProtocolVersions: [
      { version: '2.1.0', acsInfoInd: ['01'] }, { version: '2.2.0', acsInfoInd: ['01', '02'], threeDSMethodURL: 'here' }
    ]
  },
  { start: '5200000000000000', end: '5200009999999999', acsProtocolVersions: [{ version: '2.1.0', acsInfoInd: ['01'], threeDSMethodURL: 'https://acs.example.test/method' }] },
  { start: '3400000000000000', end: '3499999999999999', acsProtocolVersions: [{ version: '2.2.0', acsInfoInd: ['01'] }] }
]

async function withRanges (t: Test, parts: AppParts = {}) {
  const path = join(t.testdir(), 'ranges.json')
  writeFileSync(path, JSON.stringify(RANGES))
  return build(t, { CARD_RANGES: path }, parts)
}

t.test('a card\'s versions and 3DS Method are those of its range; a card of no range takes no part (emv3ds-protocol §14)', async (t) => {
  const app = await withRanges(t)
  const rangesOf = async (cardNumber: string) => (await post(app, '/3ds/version', { cardNumber })).body.cardRanges
  t.strictSame(await rangesOf('4000400040004000'), [{
    acsInfoInd: ['01', '02'],
    startRange: '4000400040000000',
    endRange: '4000400049999999',
    acsStartProtocolVersion: '2.1.0',
    acsEndProtocolVersion: '2.2.0',
    threeDSMethodURL: 'http://127.0.0.1:8080/acs/method'
  }])
  t.match(await rangesOf('5200000000001005'), [{ acsEndProtocolVersion: '2.1.0', threeDSMethodURL: 'https://acs.example.test/method' }])
  t.equal('threeDSMethodURL' in (await rangesOf('3400000000000000'))[0], false)
  t.strictSame(await rangesOf('4111111111111111'), [])
})

t.test('COMPATIBILITY=legacy speaks 2.2.0 to whatever range; to one that has it not the Directory Server says 102 (compatibility §1.2, emv3ds-protocol §4)', async (t) => {
  const path = join(t.testdir(), 'ranges.json')
  writeFileSync(path, JSON.stringify(RANGES))
  const app = await build(t, { CARD_RANGES: path, COMPATIBILITY: 'legacy' })
  const ask = (acctNumber: string, preferredProtocolVersion: string) => post(app, '/3ds/authenticate', { ...browserRequest(randomUUID(), acctNumber), preferredProtocolVersion })
  for (const version of ['2.1.0', '2.2.0', '2.3.1']) t.match((await ask('4000400040004000', version)).body, { authenticationRequest: { messageVersion: '2.2.0' } }, version)
  t.match((await ask('5200000000001005', '2.1.0')).status, 400)
})

t.test('the 3DS Method of a range is offered with its data; ours does what the card chooses, and a card without one has none', async (t) => {
  const app = await withRanges(t)
  const methodOf = async (cardNumber: string) => {
    const { threeDSServerTransID, cardRanges: [{ threeDSMethodURL, threeDSMethodData }] } =
      (await post(app, '/3ds/version', { cardNumber, threeDSMethodNotificationURL: 'https://shop.test/done' })).body
    const data = Buffer.from(threeDSMethodData ?? '', 'base64url').toString()
    t.equal(data, threeDSMethodURL === undefined ? '' : `{"threeDSServerTransID":"${threeDSServerTransID}","threeDSMethodNotificationURL":"https://shop.test/done"}`)
    return threeDSMethodURL
  }
  t.strictSame([
    await methodOf('4000400040004000'), await methodOf('4000400040004016'), await methodOf('4000400040004020'),
    await methodOf('5200000000004016'), await methodOf('3400000000001007')
  ], ['http://127.0.0.1:8080/acs/method', 'http://127.0.0.1:8080/acs/method?notify=never', undefined, 'https://acs.example.test/method', undefined])
})

t.test('what is found about threeDSCompInd depends on the card\'s 3DS Method: ours, another\'s, none, by its range and version (emv3ds-protocol §5.1, §14)', async (t) => {
  const app = await withRanges(t, { logger: (await keepLog()).logger })
  const [notRun, noURL, offered] = ['is Y, but the 3DS Method was not run', 'is N, but no threeDSMethodURL is offered: U', 'is U, although a threeDSMethodURL is offered']
  for (const [acctNumber, preferredProtocolVersion, threeDSCompInd, message] of [
    ['4000400040004000', '2.2.0', 'Y', notRun],
    ['4000400040004000', '2.2.0', 'N', undefined],
    ['4000400040004000', '2.2.0', 'U', offered],
    ['4000400040004000', '2.1.0', 'N', noURL],
    ['4000400040004000', '2.1.0', 'U', undefined],
    ['4000400040004020', '2.2.0', 'N', noURL],
    ['4000400040004020', '2.2.0', 'U', undefined],
    ['5200000000001005', '2.1.0', 'Y', undefined],
    ['5200000000001005', '2.1.0', 'U', offered],
    ['3400000000001007', '2.2.0', 'U', undefined],
    ['3400000000001007', '2.2.0', 'N', noURL],
    ['3400000000001059', '2.2.0', 'N', noURL],
    ['4111111111111111', '2.2.0', 'U', undefined]
  ] as const) {
    const id = randomUUID()
    const request = browserRequest(id, acctNumber)
    t.equal((await post(app, '/3ds/authenticate', { ...request, preferredProtocolVersion, threeDSCompInd })).status, 200)
    t.strictSame(await app.noteStore.get(methodFindingsKey(id)), message === undefined ? undefined : { at: START, findings: [{ element: 'threeDSCompInd', message }] }, `${acctNumber} ${preferredProtocolVersion} ${threeDSCompInd}`)
  }
})

t.test('the version is the preferred one where the card\'s ACS speaks it, else one that it speaks (emv3ds-protocol §4)', async (t) => {
  const app = await withRanges(t)
  const asked = (acctNumber: string, more: object = {}) => {
    const request = browserRequest(randomUUID()) as { cardholderAccount: object }
    return post(app, '/3ds/authenticate', { ...request, cardholderAccount: { ...request.cardholderAccount, acctNumber }, ...more })
  }
  const versionOf = async (acctNumber: string, preferredProtocolVersion?: string) =>
    (await asked(acctNumber, { preferredProtocolVersion })).body.authenticationResponse.messageVersion
  t.strictSame([
    await versionOf('4000400040004000'), await versionOf('4000400040004000', '2.1.0'), await versionOf('4000400040004000', '2.3.1'), await versionOf('5200000000001005', '2.2.0')
  ], ['2.2.0', '2.1.0', '2.2.0', '2.1.0'])
  const refused = await asked('5200000000001005', { preferredProtocolVersion: '2.2.0', enforcePreferredProtocolVersion: true })
  t.strictSame(refused, {
    status: 400,
    body: {
      error: 'preferredProtocolVersion is not spoken for this card',
      code: 'invalid_request',
      faults: [{ element: 'preferredProtocolVersion', message: 'is not spoken for this card' }]
    }
  })
  t.match((await asked('4111111111111111')).body, { transStatus: 'U', authenticationResponse: { transStatusReason: '13' } })
})

t.test('a result without a challenge is 313 in 2.3.1 (emv3ds-protocol §12.2)', async (t) => {
  const app = await build(t)
  const request = browserRequest(randomUUID()) as { cardholderAccount: object }
  const { body } = await post(app, '/3ds/authenticate', {
    ...request, cardholderAccount: { ...request.cardholderAccount, acctNumber: '4000400040004000' }, preferredProtocolVersion: '2.3.1'
  })
  const { threeDSServerTransID, acsTransID, dsTransID } = body.authenticationResponse
  const rReq = { messageType: 'RReq', messageVersion: '2.3.1', threeDSServerTransID, acsTransID, dsTransID, messageCategory: '01', transStatus: 'N', transStatusReason: '01', interactionCounter: '01' }
  t.match((await post(app, '/3ds/results', rReq)).body, { errorCode: '313', errorDetail: 'The ARes announced no results request' })
})
