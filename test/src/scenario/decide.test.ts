import t, { type Test } from 'tap'
import { answerAReq } from '../../../src/acs/answer-areq.ts'
import { createEmvProofs } from '../../../src/acs/emv-proofs.ts'
import type { AReq, ARes, DeviceChannel, MessageVersion } from '../../../src/protocol/messages.ts'
import { BUILT_IN_SCENARIOS } from '../../../src/scenario/catalogue.ts'
import { decide, matchScenario } from '../../../src/scenario/decide.ts'
import { cardRangesFor, originalRange, originalSpan } from '../../../src/three-ds-server/version.ts'

/** Published test cards and what they stand for in a browser, version 2.2.0, with no wish for or against a challenge. */
const CARDS: Record<string, [transStatus: string, reason?: string]> = {
  4000400040004001: ['C'],
  4000400040004000: ['Y'],
  4000000000001018: ['N', '01'],
  4000000000001026: ['A'],
  4000000000001034: ['U', '14'],
  4000000000001042: ['R', '11'],
  4000000000002024: ['I'],
  4000000000001059: ['U', '13'],
  4111111111111111: ['Y'],
  5200000000001005: ['Y'],
  340000000001007: ['Y'],
  5155016800000000000: ['Y']
}
const INDICATORS = [undefined, '01', '02', '03', '06', '09', '04', '05', ['04'], ['01', '05'], ['02', '03']] as const
const CHANNELS: DeviceChannel[] = ['01', '02', '03']
const VERSIONS: MessageVersion[] = ['2.1.0', '2.2.0']

/** What compatibility §2.1 and the rules say, written out once more. */
function expected (card: string, indicator: unknown, deviceChannel: DeviceChannel, version: MessageVersion): [string, string?] {
  const wants = (code: string) => [indicator].flat().includes(code)
  const [status, reason] = wants('04') ? ['C'] : wants('05') ? ['Y'] : CARDS[card] as [string, string?]
  if (status === 'C' && deviceChannel === '03') return ['U', '21']
  if (status === 'I' && version === '2.1.0') return ['U', '07']
  return reason === undefined ? [status as string] : [status as string, reason]
}

/** emv3ds-protocol §6 and §8: which elements go with a status. */
function checkARes (t: Test, aRes: ARes, aReq: AReq): void {
  const { transStatus, eci, authenticationValue: value } = aRes
  const payment = aReq.messageCategory === '01'
  const challenged = transStatus === 'C'
  const inApp = aReq.deviceChannel === '01'
  const about = JSON.stringify(aRes)
  t.equal(aRes.transStatusReason !== undefined, ['N', 'U', 'R'].includes(transStatus), `reason: ${about}`)
  t.equal(value !== undefined, payment && ['Y', 'A', 'I'].includes(transStatus), `authenticationValue: ${about}`)
  if (value !== undefined) {
    t.equal(value.length, 28)
    const bytes = Buffer.from(value, 'base64')
    t.equal(bytes.toString('base64'), value, 'valid base64')
    // SPA2 values of Mastercard are 28 characters without padding where other schemes have 20 bytes.
    t.ok(bytes.length === 20 || (bytes.length === 21 && value.startsWith('k')), about)
  }
  if (challenged) t.equal(eci, undefined)
  if (payment && ['N', 'U', 'R'].includes(transStatus)) t.equal(eci, undefined)
  if (payment && ['Y', 'A', 'I'].includes(transStatus)) t.match(eci, /^0[124567]$/)
  t.equal(aRes.acsChallengeMandated, challenged ? 'Y' : undefined)
  t.equal(aRes.authenticationType, challenged ? '02' : undefined)
  t.equal(aRes.acsURL, challenged && !inApp ? 'https://acs.test/challenge' : undefined)
  t.strictSame(aRes['acsRenderingType'], challenged && inApp ? { acsInterface: '01', acsUiTemplate: '01' } : undefined)
  t.equal(aRes.sdkTransID, aReq.sdkTransID)
}

function aReqFor (acctNumber: string, indicator: string | readonly string[] | undefined, deviceChannel: DeviceChannel, messageVersion: MessageVersion, messageCategory: string): AReq {
  return {
    messageType: 'AReq',
    messageVersion,
    threeDSServerTransID: '3f6b1c52-7d0e-4a61-9b1f-2c9d5e7a8013',
    deviceChannel,
    messageCategory,
    acctNumber,
    ...(indicator === undefined ? {} : { threeDSRequestorChallengeInd: indicator as string }),
    ...(deviceChannel === '01' ? { sdkTransID: '6e1f9d28-b34c-4a70-95e8-03c7d2a4f6b1' } : {})
  }
}

const parts = {
  acsTransID: '5d9e0c11-46a8-4b7f-8e22-91f3a7c4d0b6',
  dsTransID: 'a6f10b3e-58d2-4971-8ac4-37e9d0f5b218',
  acsURL: 'https://acs.test/challenge',
  proofs: createEmvProofs('decide')
}

for (const card of Object.keys(CARDS)) {
  t.test(`card …${card.slice(-4)}: each indicator, channel, version and category (compatibility §2.1, emv3ds-protocol §6)`, async (t) => {
    for (const indicator of INDICATORS) {
      for (const deviceChannel of CHANNELS) {
        for (const version of VERSIONS) {
          for (const category of ['01', '02']) {
            const aReq = aReqFor(card, indicator, deviceChannel, version, category)
            const decision = decide(aReq, BUILT_IN_SCENARIOS)
            const [transStatus, reason] = expected(card, indicator, deviceChannel, version)
            t.strictSame([decision.transStatus, decision.transStatusReason], [transStatus, reason], JSON.stringify({ indicator, deviceChannel, version }))
            const aRes = answerAReq(aReq, decision, parts)
            t.equal(aRes.transStatus, transStatus)
            t.equal(aRes.transStatusReason, reason)
            const exempted = ([indicator].flat() as unknown[]).includes('05')
            t.strictSame([aRes.acsOperatorID, aRes.acsReferenceNumber], exempted ? ['MOCK_ACS_NEW', 'issuer2'] : ['MOCK_ACS', 'issuer1'])
            checkARes(t, aRes, aReq)
          }
        }
      }
    }
  })
}

t.test('each scheme has its own eci and shape of value (emv3ds-protocol §8)', async (t) => {
  const cases: [card: string, category: string, eci: string | undefined, value: RegExp | undefined][] = [
    ['4000000000001026', '01', '06', /^AAAB/],
    ['4000400040004000', '01', '05', /^AAAB/],
    ['4000000000002024', '01', '07', /^AAAB/],
    ['5200000000001005', '01', '02', /^kA/],
    ['5200000000001026', '01', '01', /^kE/],
    ['5200000000001005', '02', 'N2', undefined],
    ['5200000000001018', '02', 'N0', undefined],
    ['340000000001007', '01', '05', /^AAAB/],
    ['2200000000000004', '01', '02', /^CABR/]
  ]
  for (const [card, category, eci, value] of cases) {
    const aReq = aReqFor(card, undefined, '02', '2.2.0', category)
    const aRes = answerAReq(aReq, decide(aReq, BUILT_IN_SCENARIOS), parts)
    t.equal(aRes.eci, eci, card)
    if (value === undefined) t.equal(aRes.authenticationValue, undefined)
    else t.match(aRes.authenticationValue, value)
  }
})

t.test('the catalogue is fit to be shown: unique names, sentences, cards that match their own scenario, and one for everything', async (t) => {
  const names = BUILT_IN_SCENARIOS.map(({ name }) => name)
  t.equal(new Set(names).size, names.length)
  for (const scenario of BUILT_IN_SCENARIOS) {
    t.match(scenario.description, /^[A-Z].*\.$/)
    t.equal(scenario.outcome.transStatusReason !== undefined, ['N', 'U', 'R'].includes(scenario.outcome.transStatus))
    if (scenario.exampleCard !== undefined) t.equal(matchScenario({ acctNumber: scenario.exampleCard }, BUILT_IN_SCENARIOS), scenario)
  }
  t.strictSame(BUILT_IN_SCENARIOS.at(-1)?.match, {})
  t.throws(() => matchScenario({ acctNumber: '4111111111111111' }, []), new RangeError('no scenario matches'))
})

t.test('a card is in the original\'s one range, and a card that is not enrolled in none (compatibility B11)', async (t) => {
  const range = (startRange: string, endRange: string) => [{
    acsInfoInd: ['01', '02'], startRange, endRange, acsStartProtocolVersion: '2.2.0', acsEndProtocolVersion: '2.2.0'
  }]
  const rules = { scenarios: BUILT_IN_SCENARIOS, rangeOf: originalRange, span: originalSpan }
  for (const text of ['4111111111111111', '', 'not a number', '51550']) {
    t.strictSame(cardRangesFor(text, rules), range('4000000000000000', '4999999999999999'), text)
  }
  t.strictSame(cardRangesFor('5155016800000000000', rules), range('5155010000000000', '5155019999999999'))
  t.strictSame(cardRangesFor('4000000000001059', rules), [])
})
