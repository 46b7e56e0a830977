import t from 'tap'
import type { AReq, DeviceChannel, MessageVersion, TransStatus } from '../../../src/protocol/messages.ts'
import { allowedOutcome } from '../../../src/scenario/allowed-outcome.ts'
import type { Outcome } from '../../../src/scenario/scenario.ts'

const VERSIONS = ['2.1.0', '2.2.0', '2.3.1'] as const
const CHANNELS = ['01', '02', '03'] as const

function aReqFor (messageVersion: MessageVersion, deviceChannel: DeviceChannel, more: object = {}): AReq {
  return { messageType: 'AReq', messageVersion, threeDSServerTransID: '9f0c1d2e-3a4b-4c5d-8e6f-708192a3b4c5', deviceChannel, messageCategory: '01', acctNumber: '5200000000001005', ...more }
}

/** What becomes of a status in the app, the browser and 3RI; `same`: the outcome as the scenario has it. */
type Table = ReadonlyArray<readonly [MessageVersion, more: object, app: Outcome | 'same', browser: Outcome | 'same', threeRI: Outcome | 'same']>

const C: Outcome = { transStatus: 'C' }
const NO_CHALLENGE: Outcome = { transStatus: 'U', transStatusReason: '21' }
const NOT_ASKED: Outcome = { transStatus: 'N', transStatusReason: '23' }
const DATA_ONLY: Outcome = { transStatus: 'I' }
const decoupled = (threeDSRequestorDecReqInd: unknown) => ({ threeDSRequestorDecReqInd })
const SPC = { threeDSRequestorSpcSupport: 'Y' }
const SHARES_DATA = { threeDSRequestorChallengeInd: '06' }
const SHARES_DATA_LIST = { threeDSRequestorChallengeInd: ['02', '06'] }

const TABLES: ReadonlyArray<readonly [title: string, transStatus: TransStatus, table: Table]> = [
  ['C: 3RI knows none, and who shares data only has none, which 2.1.0 cannot say (emv3ds-protocol §5.8, §5.11)', 'C', [
    ['2.1.0', {}, 'same', 'same', NO_CHALLENGE],
    ['2.2.0', {}, 'same', 'same', NO_CHALLENGE],
    ['2.3.1', {}, 'same', 'same', NO_CHALLENGE],
    ['2.1.0', SHARES_DATA, 'same', 'same', NO_CHALLENGE],
    ['2.2.0', SHARES_DATA, DATA_ONLY, DATA_ONLY, NO_CHALLENGE],
    ['2.3.1', SHARES_DATA_LIST, DATA_ONLY, DATA_ONLY, NO_CHALLENGE],
    ['2.3.1', { threeDSRequestorChallengeInd: ['02'] }, 'same', 'same', NO_CHALLENGE],
    ['2.2.0', { threeDSRequestorChallengeInd: '05' }, 'same', 'same', NO_CHALLENGE]
  ]],
  ['D: 2.1.0 has a challenge in its place; it must have been asked for, with Y or B, else N with reason 23 (emv3ds-protocol §5.7)', 'D', [
    ['2.1.0', {}, C, C, NO_CHALLENGE],
    ['2.1.0', decoupled('Y'), C, C, NO_CHALLENGE],
    ['2.1.0', SHARES_DATA, C, C, NO_CHALLENGE],
    ['2.2.0', {}, NOT_ASKED, NOT_ASKED, NOT_ASKED],
    ['2.2.0', decoupled('N'), NOT_ASKED, NOT_ASKED, NOT_ASKED],
    ['2.2.0', decoupled('Y'), 'same', 'same', 'same'],
    ['2.3.1', {}, NOT_ASKED, NOT_ASKED, NOT_ASKED],
    ['2.3.1', decoupled('F'), NOT_ASKED, NOT_ASKED, NOT_ASKED],
    ['2.3.1', decoupled('Y'), 'same', 'same', 'same'],
    ['2.3.1', decoupled('B'), 'same', 'same', 'same'],
    ['2.3.1', decoupled(['Y']), NOT_ASKED, NOT_ASKED, NOT_ASKED]
  ]],
  ['I: 2.1.0 does not know it: U with reason 07 (emv3ds-protocol §6)', 'I', [
    ['2.1.0', {}, { transStatus: 'U', transStatusReason: '07' }, { transStatus: 'U', transStatusReason: '07' }, { transStatus: 'U', transStatusReason: '07' }],
    ['2.2.0', {}, 'same', 'same', 'same'],
    ['2.3.1', {}, 'same', 'same', 'same']
  ]],
  ['S: only in a browser of 2.3.1 that can do it; a challenge in its place (emv3ds-protocol §5.9)', 'S', [
    ['2.1.0', SPC, C, C, NO_CHALLENGE],
    ['2.2.0', SPC, C, C, NO_CHALLENGE],
    ['2.2.0', { ...SPC, ...SHARES_DATA }, DATA_ONLY, DATA_ONLY, NO_CHALLENGE],
    ['2.3.1', {}, C, C, NO_CHALLENGE],
    ['2.3.1', { threeDSRequestorSpcSupport: 'N' }, C, C, NO_CHALLENGE],
    ['2.3.1', SHARES_DATA_LIST, DATA_ONLY, DATA_ONLY, NO_CHALLENGE],
    ['2.3.1', SPC, C, 'same', NO_CHALLENGE]
  ]]
]

for (const [title, transStatus, table] of TABLES) {
  t.test(title, async (t) => {
    for (const [version, more, ...expected] of table) {
      for (const [index, channel] of CHANNELS.entries()) {
        const outcome = { transStatus }
        const allowed = expected[index] === 'same' ? outcome : expected[index]
        t.strictSame(allowedOutcome(outcome, aReqFor(version, channel, more)), allowed, `${version} ${channel} ${JSON.stringify(more)}`)
      }
    }
  })
}

t.test('Y, N, U, A and R go in every version and channel, whatever was asked for (emv3ds-protocol §6)', async (t) => {
  for (const outcome of [{ transStatus: 'Y', acs: 'exemption' }, { transStatus: 'N', transStatusReason: '01' }, { transStatus: 'U', transStatusReason: '13', notEnrolled: true }, { transStatus: 'A' }, { transStatus: 'R', transStatusReason: '11' }] as const) {
    for (const version of VERSIONS) {
      for (const channel of CHANNELS) {
        for (const more of [{}, SHARES_DATA, SPC, decoupled('Y')]) t.equal(allowedOutcome(outcome, aReqFor(version, channel, more)), outcome)
      }
    }
  }
})

t.test('how a challenge goes is kept when it takes the place of another status', async (t) => {
  const challenge = { screens: ['out-of-band'] } as const
  t.strictSame(allowedOutcome({ transStatus: 'D', challenge }, aReqFor('2.1.0', '02')), { transStatus: 'C', challenge })
  t.strictSame(allowedOutcome({ transStatus: 'S', challenge }, aReqFor('2.2.0', '01')), { transStatus: 'C', challenge })
})
