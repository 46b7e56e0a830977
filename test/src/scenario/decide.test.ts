import t, { type Test } from 'tap'
import { answerAReq } from '../../../src/acs/answer-areq.ts'
import { createEmvProofs } from '../../../src/acs/emv-proofs.ts'
import { originalRange, originalSpan } from '../../../src/dialects/original/card-ranges.ts'
import type { AReq, DeviceChannel, MessageVersion } from '../../../src/protocol/messages.ts'
import { BUILT_IN_SCENARIOS, ORIGINAL_SCENARIOS } from '../../../src/scenario/catalogue.ts'
import { decide, type Decision, matchScenario } from '../../../src/scenario/decide.ts'
import { cardsTable } from '../../../src/scenario/describe.ts'
import { cardRangesFor } from '../../../src/three-ds-server/version.ts'

type Indicator = string | string[] | undefined
/** Each card with each indicator in each channel and version is decided so. */
type Row = readonly [cards: readonly string[], indicators: readonly Indicator[], channels: readonly DeviceChannel[], versions: readonly MessageVersion[], decision: Decision]

const CHALLENGED = ['4000400040004001']
/** The mock's own cards, by scenario, and how their challenges are wished for. */
const SCREENS: Readonly<Record<string, readonly [card: string, challenge: NonNullable<Decision['challenge']>]>> = {
  'challenge-single-select': ['4000400040004002', { screens: ['single-select'] }],
  'challenge-multi-select': ['4000400040004003', { screens: ['multi-select'] }],
  'challenge-out-of-band': ['4000400040004004', { screens: ['out-of-band'] }],
  'challenge-html': ['4000400040004005', { screens: ['text'], acsInterface: '02' }],
  'challenge-html-out-of-band': ['4000400040004006', { screens: ['out-of-band'], acsInterface: '02' }],
  'challenge-information': ['4000400040004007', { screens: ['information', 'text'] }],
  'challenge-consents': ['4000400040004008', { screens: ['text'], consents: ['trustList', 'deviceBinding'] }],
  'challenge-two-entries': ['4000400040004009', { screens: ['text'], secondEntry: true }],
  'challenge-fallback': ['4000400040004011', { screens: ['information'], fallback: true }],
  'challenge-select-then-code': ['4000400040004013', { screens: ['single-select', 'text'] }]
}
/** Cards whose 3DS Method is another one, by scenario. */
const METHODS: Readonly<Record<string, readonly [card: string, threeDSMethod: NonNullable<Decision['threeDSMethod']>]>> = {
  'method-slow': ['4000400040004014', { type: 'delay', ms: 3000 }],
  'method-late': ['4000400040004015', { type: 'delay', ms: 12_000 }],
  'method-never': ['4000400040004016', { type: 'never' }],
  'method-twice': ['4000400040004017', { type: 'twice' }],
  'method-wrong-id': ['4000400040004018', { type: 'wrong-id' }],
  'method-garbage': ['4000400040004019', { type: 'garbage' }],
  'method-none': ['4000400040004020', { type: 'none' }],
  'method-times-out': ['5000100411110203', { type: 'never' }],
  'method-not-offered': ['6000100611111103', { type: 'none' }]
}
const DECOUPLED = ['4000400040004010']
const CONFIRMED = ['4000400040004012']
const NAMED_FRICTIONLESS = ['4000400040004000']
const NOT_AUTHENTICATED = ['4000000000001018', '5200000000001018']
const ATTEMPTED = ['4000000000001026', '5200000000001026']
const UNAVAILABLE = ['4000000000001034']
const REJECTED = ['4000000000001042']
const INFORMATIONAL = ['4000000000002024']
const NOT_ENROLLED = ['4000000000001059']
const OTHERS = ['4111111111111111', '5200000000001005', '340000000001007', '2200000000000004', '5155016800000000000']
const EVERY_CARD = [
  ...CHALLENGED, ...Object.values(SCREENS).map(([card]) => card), ...Object.values(METHODS).map(([card]) => card), ...DECOUPLED, ...CONFIRMED,
  ...NAMED_FRICTIONLESS, ...NOT_AUTHENTICATED, ...ATTEMPTED, ...UNAVAILABLE, ...REJECTED, ...INFORMATIONAL, ...NOT_ENROLLED, ...OTHERS
]

const DATA_ONLY = ['06', ['02', '06']]
const OTHER_WISHES = [undefined, '01', '02', '03', '07', '08', '09', [], ['02', '03']]
const NO_WISH = [...OTHER_WISHES, ...DATA_ONLY]
const MANDATED = ['04', ['04'], ['02', '04'], ['04', '05'], ['05', '04']]
const SKIPPED = ['05', ['05'], ['01', '05']]

const APP_AND_BROWSER = ['01', '02'] as const
const THREE_RI = ['03'] as const
const EVERY_CHANNEL = ['01', '02', '03'] as const
const BOTH = ['2.1.0', '2.2.0'] as const

const BY_CARD: readonly Row[] = [
  [CHALLENGED, OTHER_WISHES, APP_AND_BROWSER, BOTH, { scenario: 'challenge', transStatus: 'C' }],
  [NAMED_FRICTIONLESS, NO_WISH, EVERY_CHANNEL, BOTH, { scenario: 'frictionless', transStatus: 'Y' }],
  [NOT_AUTHENTICATED, NO_WISH, EVERY_CHANNEL, BOTH, { scenario: 'not-authenticated', transStatus: 'N', transStatusReason: '01' }],
  [ATTEMPTED, NO_WISH, EVERY_CHANNEL, BOTH, { scenario: 'attempted', transStatus: 'A' }],
  [UNAVAILABLE, NO_WISH, EVERY_CHANNEL, BOTH, { scenario: 'unavailable', transStatus: 'U', transStatusReason: '14' }],
  [REJECTED, NO_WISH, EVERY_CHANNEL, BOTH, { scenario: 'rejected', transStatus: 'R', transStatusReason: '11' }],
  [INFORMATIONAL, NO_WISH, EVERY_CHANNEL, ['2.2.0'], { scenario: 'informational', transStatus: 'I' }],
  [NOT_ENROLLED, NO_WISH, EVERY_CHANNEL, BOTH, { scenario: 'not-enrolled', transStatus: 'U', transStatusReason: '13', notEnrolled: true }],
  [OTHERS, NO_WISH, EVERY_CHANNEL, BOTH, { scenario: 'any-other-card', transStatus: 'Y' }]
]
const BY_INDICATOR: readonly Row[] = [
  [EVERY_CARD, MANDATED, APP_AND_BROWSER, BOTH, { scenario: 'challenge-mandated', transStatus: 'C' }],
  [EVERY_CARD, SKIPPED, EVERY_CHANNEL, BOTH, { scenario: 'challenge-skipped', transStatus: 'Y', acs: 'exemption' }]
]
const IN_3RI: readonly Row[] = [
  [CHALLENGED, NO_WISH, THREE_RI, BOTH, { scenario: 'challenge', transStatus: 'U', transStatusReason: '21' }],
  [EVERY_CARD, MANDATED, THREE_RI, BOTH, { scenario: 'challenge-mandated', transStatus: 'U', transStatusReason: '21' }]
]
const BY_DATA_ONLY: readonly Row[] = [
  [CHALLENGED, DATA_ONLY, APP_AND_BROWSER, ['2.2.0'], { scenario: 'challenge', transStatus: 'I' }],
  [CHALLENGED, DATA_ONLY, APP_AND_BROWSER, ['2.1.0'], { scenario: 'challenge', transStatus: 'C' }]
]
const IN_2_1_0: readonly Row[] = [
  [INFORMATIONAL, NO_WISH, EVERY_CHANNEL, ['2.1.0'], { scenario: 'informational', transStatus: 'U', transStatusReason: '07' }]
]

type Cell = Readonly<{ card: string, indicator: Indicator, deviceChannel: DeviceChannel, messageVersion: MessageVersion }>

function cellsOf ([cards, indicators, channels, versions]: Row): Cell[] {
  return cards.flatMap((card) => indicators.flatMap((indicator) => channels.flatMap((deviceChannel) => versions.map((messageVersion) =>
    ({ card, indicator, deviceChannel, messageVersion })))))
}

function decidesAs (t: Test, rows: readonly Row[]): void {
  for (const row of rows) {
    for (const cell of cellsOf(row)) t.strictSame(decide(aReqFor(cell), BUILT_IN_SCENARIOS), row[4], JSON.stringify(cell))
  }
}

function aReqFor ({ card, indicator, deviceChannel = '02', messageVersion = '2.2.0', messageCategory = '01', sdkTransID }: Partial<Cell> & { card: string, messageCategory?: string, sdkTransID?: string }): AReq {
  return {
    messageType: 'AReq',
    messageVersion,
    threeDSServerTransID: '3f6b1c52-7d0e-4a61-9b1f-2c9d5e7a8013',
    deviceChannel,
    messageCategory,
    acctNumber: card,
    ...(indicator === undefined ? {} : { threeDSRequestorChallengeInd: indicator }),
    ...(sdkTransID === undefined ? {} : { sdkTransID })
  }
}

/** Each of the mock's own challenges, in all that becomes of it. */
const BY_SCREENS: readonly Row[] = Object.entries(SCREENS).flatMap(([scenario, [card, challenge]]): Row[] => [
  [[card], OTHER_WISHES, APP_AND_BROWSER, BOTH, { scenario, transStatus: 'C', challenge }],
  [[card], DATA_ONLY, APP_AND_BROWSER, ['2.1.0'], { scenario, transStatus: 'C', challenge }],
  [[card], DATA_ONLY, APP_AND_BROWSER, ['2.2.0'], { scenario, transStatus: 'I' }],
  [[card], NO_WISH, THREE_RI, BOTH, { scenario, transStatus: 'U', transStatusReason: '21' }]
])
/** Their authentication is that of any other card. */
const BY_METHODS: readonly Row[] = Object.entries(METHODS).map(([scenario, [card, threeDSMethod]]): Row => [
  [card], NO_WISH, EVERY_CHANNEL, BOTH, { scenario, transStatus: 'Y', threeDSMethod }
])
/** Where nobody asked for decoupled, and nobody can confirm in a browser: the other rows are with the AReqs below. */
const BY_OTHER_WAYS: readonly Row[] = [
  [DECOUPLED, NO_WISH, EVERY_CHANNEL, ['2.2.0'], { scenario: 'decoupled', transStatus: 'N', transStatusReason: '23' }],
  [DECOUPLED, NO_WISH, APP_AND_BROWSER, ['2.1.0'], { scenario: 'decoupled', transStatus: 'C' }],
  [DECOUPLED, NO_WISH, THREE_RI, ['2.1.0'], { scenario: 'decoupled', transStatus: 'U', transStatusReason: '21' }],
  [CONFIRMED, OTHER_WISHES, APP_AND_BROWSER, BOTH, { scenario: 'payment-confirmation', transStatus: 'C' }],
  [CONFIRMED, DATA_ONLY, APP_AND_BROWSER, ['2.1.0'], { scenario: 'payment-confirmation', transStatus: 'C' }],
  [CONFIRMED, DATA_ONLY, APP_AND_BROWSER, ['2.2.0'], { scenario: 'payment-confirmation', transStatus: 'I' }],
  [CONFIRMED, NO_WISH, THREE_RI, BOTH, { scenario: 'payment-confirmation', transStatus: 'U', transStatusReason: '21' }]
]

const EVERY_ROW = [...BY_SCREENS, ...BY_METHODS, ...BY_OTHER_WAYS, ...BY_INDICATOR, ...BY_CARD, ...IN_3RI, ...BY_DATA_ONLY, ...IN_2_1_0]

t.test('without indicator 04 or 05 the end of the card number decides (compatibility §2.1)', async (t) => decidesAs(t, BY_CARD))

t.test('the mock\'s own cards bring their screens along, decoupled and payment confirmation only where they are wished for (emv3ds-protocol §5.7, §5.9)', async (t) => {
  decidesAs(t, BY_SCREENS)
  decidesAs(t, BY_OTHER_WAYS)
  const decoupled = (messageVersion: MessageVersion, threeDSRequestorDecReqInd: string) =>
    decide({ ...aReqFor({ card: '4000400040004010', messageVersion }), threeDSRequestorDecReqInd }, BUILT_IN_SCENARIOS)
  for (const [version, indicator, decision] of [
    ['2.2.0', 'Y', { transStatus: 'D' }],
    ['2.3.1', 'B', { transStatus: 'D' }],
    ['2.3.1', 'F', { transStatus: 'N', transStatusReason: '23' }],
    ['2.2.0', 'N', { transStatus: 'N', transStatusReason: '23' }],
    ['2.1.0', 'Y', { transStatus: 'C' }]
  ] as const) t.strictSame(decoupled(version, indicator), { scenario: 'decoupled', ...decision }, `${version} ${indicator}`)
  const confirmed = (deviceChannel: DeviceChannel, threeDSRequestorSpcSupport?: string) =>
    decide({ ...aReqFor({ card: '4000400040004012', messageVersion: '2.3.1', deviceChannel }), ...(threeDSRequestorSpcSupport === undefined ? {} : { threeDSRequestorSpcSupport }) }, BUILT_IN_SCENARIOS)
  t.strictSame([confirmed('02', 'Y'), confirmed('02'), confirmed('01', 'Y')].map(({ transStatus }) => transStatus), ['S', 'C', 'C'])
})

t.test('the original server\'s scenarios are those that its one screen can serve', async (t) => {
  t.strictSame(ORIGINAL_SCENARIOS.map(({ name }) => name), BUILT_IN_SCENARIOS.map(({ name }) => name)
    .filter((name) => SCREENS[name] === undefined && METHODS[name] === undefined && name !== 'decoupled' && name !== 'payment-confirmation'))
  t.equal(matchScenario({ acctNumber: '4000400040004002' }, ORIGINAL_SCENARIOS).name, 'any-other-card')
})

t.test('cards that choose what the 3DS Method does are authenticated without a challenge (emv3ds-protocol §5.1)', async (t) => decidesAs(t, BY_METHODS))

t.test('indicator 04 beats 05, and both beat every card (compatibility §2.1)', async (t) => decidesAs(t, BY_INDICATOR))

t.test('who shares data only is not challenged: I in its place, which 2.1.0 does not know (emv3ds-protocol §5.11, §6)', async (t) => decidesAs(t, BY_DATA_ONLY))

t.test('3RI knows no challenge: U with reason 21 in its place (emv3ds-protocol §5.8)', async (t) => decidesAs(t, IN_3RI))

t.test('2.1.0 knows no I: U with reason 07 in its place (emv3ds-protocol §6)', async (t) => decidesAs(t, IN_2_1_0))

t.test('the tables above have every scenario of the catalogue in them, and every cell once', async (t) => {
  t.strictSame(new Set(EVERY_ROW.map(([, , , , { scenario }]) => scenario)), new Set(BUILT_IN_SCENARIOS.map(({ name }) => name)))
  const cells = EVERY_ROW.flatMap(cellsOf).map((cell) => JSON.stringify(cell))
  t.equal(new Set(cells).size, cells.length)
  // 36 cards, 19 indicators, 3 channels, 2 versions.
  t.equal(cells.length, 4104)
})

const ACS_URL = 'https://acs.test/challenge'
const SDK_TRANS_ID = '6e1f9d28-b34c-4a70-95e8-03c7d2a4f6b1'
const parts = {
  acsTransID: '5d9e0c11-46a8-4b7f-8e22-91f3a7c4d0b6',
  dsTransID: 'a6f10b3e-58d2-4971-8ac4-37e9d0f5b218',
  dsReferenceNumber: 'MOCK_DS',
  acsURL: ACS_URL,
  proofs: createEmvProofs('decide')
}
/** What every ARes has. */
const COMMON = {
  messageType: 'ARes',
  messageVersion: '2.2.0',
  threeDSServerTransID: '3f6b1c52-7d0e-4a61-9b1f-2c9d5e7a8013',
  acsTransID: '5d9e0c11-46a8-4b7f-8e22-91f3a7c4d0b6',
  dsTransID: 'a6f10b3e-58d2-4971-8ac4-37e9d0f5b218',
  acsOperatorID: 'MOCK_ACS',
  acsReferenceNumber: 'issuer1',
  dsReferenceNumber: 'MOCK_DS'
}

function answers (t: Test, cases: ReadonlyArray<readonly [aReq: Parameters<typeof aReqFor>[0], aRes: object]>): void {
  for (const [asked, aRes] of cases) {
    const aReq = aReqFor(asked)
    t.strictSame(answerAReq(aReq, decide(aReq, BUILT_IN_SCENARIOS), parts).aRes, aRes, JSON.stringify(asked))
  }
}

t.test('an ARes has the elements that go with its status, and no others (emv3ds-protocol §6)', async (t) => {
  answers(t, [
    [{ card: '4000400040004001' }, { ...COMMON, transStatus: 'C', acsChallengeMandated: 'Y', authenticationType: '02', acsURL: ACS_URL }],
    [{ card: '4000400040004000' }, { ...COMMON, transStatus: 'Y', eci: '05', authenticationValue: 'AAABi24ra5aQb9mSnh3t5ppWxrY=' }],
    [{ card: '4000000000001018' }, { ...COMMON, transStatus: 'N', transStatusReason: '01' }],
    [{ card: '4000000000001026' }, { ...COMMON, transStatus: 'A', eci: '06', authenticationValue: 'AAABYxq9vd3bk9XrM9Ve1DuJdnM=' }],
    [{ card: '4000000000001034' }, { ...COMMON, transStatus: 'U', transStatusReason: '14' }],
    [{ card: '4000000000001042' }, { ...COMMON, transStatus: 'R', transStatusReason: '11' }],
    [{ card: '4000000000002024' }, { ...COMMON, transStatus: 'I', eci: '07', authenticationValue: 'AAABPZEBw6cru5txonYlOfUm7xY=' }],
    [{ card: '4000000000001059' }, { ...COMMON, transStatus: 'U', transStatusReason: '13' }],
    [{ card: '4111111111111111' }, { ...COMMON, transStatus: 'Y', eci: '05', authenticationValue: 'AAABi24ra5aQb9mSnh3t5ppWxrY=' }],
    [{ card: '4000000000002024', messageVersion: '2.1.0' }, { ...COMMON, messageVersion: '2.1.0', transStatus: 'U', transStatusReason: '07' }],
    [{ card: '4000400040004001', deviceChannel: '03' }, { ...COMMON, transStatus: 'U', transStatusReason: '21' }],
    [{ card: '4000400040004001', messageCategory: '02' }, { ...COMMON, transStatus: 'C', acsChallengeMandated: 'Y', authenticationType: '02', acsURL: ACS_URL }]
  ])
})

t.test('in the app it has the sdkTransID, and a rendering type in place of the acsURL (emv3ds-protocol §5.4, §6)', async (t) => {
  answers(t, [
    [{ card: '4000400040004001', deviceChannel: '01', sdkTransID: SDK_TRANS_ID }, {
      ...COMMON,
      transStatus: 'C',
      sdkTransID: SDK_TRANS_ID,
      acsChallengeMandated: 'Y',
      authenticationType: '02',
      acsRenderingType: { acsInterface: '01', acsUiTemplate: '01' }
    }],
    [{ card: '4000000000001018', deviceChannel: '01', sdkTransID: SDK_TRANS_ID }, { ...COMMON, transStatus: 'N', transStatusReason: '01', sdkTransID: SDK_TRANS_ID }],
    [{ card: '4000000000001018', deviceChannel: '01' }, { ...COMMON, transStatus: 'N', transStatusReason: '01' }],
    [{ card: '4000000000001018', deviceChannel: '02', sdkTransID: SDK_TRANS_ID }, { ...COMMON, transStatus: 'N', transStatusReason: '01' }]
  ])
})

t.test('with indicator 05 the other ACS answers (compatibility §2.1)', async (t) => {
  answers(t, [
    [{ card: '4000400040004001', indicator: '05' }, {
      ...COMMON,
      acsOperatorID: 'MOCK_ACS_NEW',
      acsReferenceNumber: 'issuer2',
      transStatus: 'Y',
      eci: '05',
      authenticationValue: 'AAABi24ra5aQb9mSnh3t5ppWxrY='
    }]
  ])
})

t.test('each scheme has its own eci and shape of value (emv3ds-protocol §8)', async (t) => {
  answers(t, [
    [{ card: '5200000000001005' }, { ...COMMON, transStatus: 'Y', eci: '02', authenticationValue: 'kA8Hi24ra5aQb9mSnh3t5ppWxrbE' }],
    [{ card: '5200000000001026' }, { ...COMMON, transStatus: 'A', eci: '01', authenticationValue: 'kE90Yxq9vd3bk9XrM9Ve1DuJdnNV' }],
    [{ card: '340000000001007' }, { ...COMMON, transStatus: 'Y', eci: '05', authenticationValue: 'AAABi24ra5aQb9mSnh3t5ppWxrY=' }],
    [{ card: '2200000000000004' }, { ...COMMON, transStatus: 'Y', eci: '02', authenticationValue: 'CABRi24ra5aQb9mSnh3t5ppWxrY=' }]
  ])
})

t.test('a non-payment has no value, and an eci only where its scheme has one for it (emv3ds-protocol §8)', async (t) => {
  answers(t, [
    [{ card: '4111111111111111', messageCategory: '02' }, { ...COMMON, transStatus: 'Y' }],
    [{ card: '4000000000001026', messageCategory: '02' }, { ...COMMON, transStatus: 'A' }],
    [{ card: '5200000000001005', messageCategory: '02' }, { ...COMMON, transStatus: 'Y', eci: 'N2' }],
    [{ card: '5200000000001018', messageCategory: '02' }, { ...COMMON, transStatus: 'N', transStatusReason: '01', eci: 'N0' }],
    [{ card: '2200000000000004', messageCategory: '02' }, { ...COMMON, transStatus: 'Y', eci: '02' }]
  ])
})

t.test('whatever is asked: a reason goes with N, U and R alone, a value never with them or C, and what a challenge needs with C alone (emv3ds-protocol §6)', async (t) => {
  const asked = EVERY_ROW.flatMap(cellsOf).flatMap((cell) => ['01', '02'].map((messageCategory) => ({ ...cell, messageCategory })))
  const wrong = asked.map(aReqFor).map((aReq) => answerAReq(aReq, decide(aReq, BUILT_IN_SCENARIOS), parts).aRes).filter((aRes) => {
    const challenged = aRes.transStatus === 'C'
    const denied = ['N', 'U', 'R'].includes(aRes.transStatus)
    return (aRes.transStatusReason !== undefined) !== denied ||
      (aRes.authenticationValue !== undefined && (challenged || denied)) ||
      (aRes.acsChallengeMandated !== undefined) !== challenged ||
      (aRes.acsURL !== undefined || aRes['acsRenderingType'] !== undefined) !== challenged
  })
  t.strictSame(wrong, [])
})

t.test('the catalogue is fit to be shown: unique names, sentences, cards that match their own scenario, and one for everything', async (t) => {
  const names = BUILT_IN_SCENARIOS.map(({ name }) => name)
  t.equal(new Set(names).size, names.length)
  for (const scenario of BUILT_IN_SCENARIOS) {
    t.match(scenario.description, /^[A-Z].*\.$/)
    if (scenario.exampleCard !== undefined) t.equal(matchScenario({ acctNumber: scenario.exampleCard }, BUILT_IN_SCENARIOS), scenario)
  }
  t.strictSame(BUILT_IN_SCENARIOS.at(-1)?.match, {})
})

t.test('a list without a scenario for everything is a fault of the list', async (t) => {
  t.throws(() => matchScenario({ acctNumber: '4111111111111111' }, []), new RangeError('no scenario matches'))
})

t.test('where a scenario has two conditions both must hold', async (t) => {
  const both = { name: 'both', description: 'Both.', match: { threeDSRequestorChallengeInd: '03', acctNumberEnd: '1091' }, outcome: { transStatus: 'R' } } as const
  const rest = { name: 'rest', description: 'The rest.', match: {}, outcome: { transStatus: 'Y' } } as const
  for (const [card, indicator, scenario] of [
    ['4000000000001091', '03', both], ['4000000000001091', '02', rest], ['4000000000001091', undefined, rest], ['4111111111111111', '03', rest]
  ] as const) t.equal(matchScenario(aReqFor({ card, indicator }), [both, rest]), scenario, JSON.stringify({ card, indicator }))
})

t.test('the table of the documents has a row for each scenario, in the order in which they are tried', async (t) => {
  t.equal(cardsTable([
    { name: 'a', description: 'By indicator.', match: { threeDSRequestorChallengeInd: '04' }, outcome: { transStatus: 'C' } },
    { name: 'b', description: 'By card.', match: { acctNumberEnd: '1091' }, outcome: { transStatus: 'U' }, exampleCard: '4000000000001091' },
    { name: 'c', description: 'Any.', match: {}, outcome: { transStatus: 'Y' }, exampleCard: '4111111111111111' }
  ]), [
    '| when | `transStatus` | what happens | for example |',
    '|---|---|---|---|',
    '| `threeDSRequestorChallengeInd` 04 | `C` | By indicator. |  |',
    '| card ends in 1091 | `U` | By card. | `4000000000001091` |',
    '| any other card | `Y` | Any. | `4111111111111111` |'
  ].join('\n'))
})

t.test('a card is in the original\'s one range, and a card that is not enrolled in none (compatibility B11)', async (t) => {
  const rules = { scenarios: BUILT_IN_SCENARIOS, rangeOf: originalRange, span: originalSpan, hasMethod: false }
  const common = [{
    acsInfoInd: ['01', '02'], startRange: '4000000000000000', endRange: '4999999999999999', acsStartProtocolVersion: '2.2.0', acsEndProtocolVersion: '2.2.0'
  }]
  const own = [{
    acsInfoInd: ['01', '02'], startRange: '5155010000000000', endRange: '5155019999999999', acsStartProtocolVersion: '2.2.0', acsEndProtocolVersion: '2.2.0'
  }]
  for (const [cardNumber, cardRanges] of [
    ['4111111111111111', common], ['', common], ['not a number', common], ['51550', common], ['5155016800000000000', own], ['4000000000001059', []]
  ] as const) t.strictSame(cardRangesFor(cardNumber, rules, { methodURL: 'https://acs.test/method' }), cardRanges, cardNumber)
})
