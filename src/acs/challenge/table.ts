import type { ChallengeState } from '../../transaction/challenge.ts'

/** Everything that can happen to a challenge. */
export type ChallengeEventType =
  | 'open' | 'look' | 'entry' | 'resend' | 'other-method' | 'continue' | 'approve' | 'decline' | 'cancel' | 'erro' | 'refuse'
  | 'timeout' | 'confirm' | 'reported'

/** What has to be done when an edge was taken. */
export type ChallengeEffect =
  /** The cardholder sees the screen that the new state is about. */
  | 'show'
  /** The RReq is stored with the new state, and sent. */
  | 'report'
  /** Whoever waits for the final CRes gets it. */
  | 'conclude'

/** One cell of the table. */
export interface Edge {
  /** Every state it may lead to. */
  to: readonly ChallengeState[]
  effects: readonly ChallengeEffect[]
  /** Where it is from: sections of the protocol facts. */
  rule: string
}

type Row = { readonly [Event in ChallengeEventType]?: Edge }

const SCREENS = ['asking', 'out-of-band', 'informing'] as const
const ends = (rule: string): Edge => ({ to: ['reporting'], effects: ['report'], rule })
const keeps = (state: ChallengeState, rule: string): Edge => ({ to: [state], effects: [], rule })
const shows = (to: readonly ChallengeState[], rule: string): Edge => ({ to, effects: ['show'], rule })

/** What may happen while the cardholder is waited for, whatever he sees. */
const whileWaiting = (state: ChallengeState, timeout: string): Row => ({
  cancel: ends('§5.12, §9.1'),
  erro: ends('§10, §12.3'),
  refuse: ends('§10, §12.3'),
  timeout: ends(timeout),
  approve: keeps(state, '§5.6: kept for when the cardholder continues'),
  decline: keeps(state, '§5.6: kept for when the cardholder continues')
})

const IDLE = '§11: no next CReq, or page idle'

/** Answers to a question, and what leads on: to the next screen, or to the end. */
const passes = (rule: string): Edge => ({ to: [...SCREENS, 'reporting'], effects: ['show', 'report'], rule })

/**
 * The challenge as one table for browser, app, decoupled and SPC: state × event → states, effects. What is not in it does not
 * happen: `step()` refuses it. The page docs/challenge.md is made from it, and a test walks every edge.
 */
export const CHALLENGE_TABLE: Readonly<Record<ChallengeState, Row>> = {
  'awaiting-creq': {
    ...whileWaiting('awaiting-creq', '§11: no first CReq'),
    open: shows(SCREENS, '§5.3, §5.4: the first CReq')
  },
  asking: {
    ...whileWaiting('asking', IDLE),
    open: shows(['asking'], '§5.3: reload; §17: shown again'),
    look: shows(['asking'], '§5.5, §5.6: back in the foreground'),
    entry: passes('§9.1, §10'),
    resend: shows(['asking'], '§9.1'),
    'other-method': shows(['asking'], '§9.1: challengeAddCode')
  },
  'out-of-band': {
    ...whileWaiting('out-of-band', IDLE),
    open: shows(['out-of-band'], '§5.3: reload; §17: shown again'),
    look: shows(['out-of-band'], '§5.6: back in the foreground'),
    continue: passes('§5.6: the ACS looks at its own result'),
    'other-method': shows(['asking'], '§9.1: challengeAddCode')
  },
  informing: {
    ...whileWaiting('informing', IDLE),
    open: shows(['informing'], '§5.3: reload; §17: shown again'),
    look: shows(['informing'], '§5.6: back in the foreground'),
    continue: passes('§9.1: infoContinueIndicator; §5.7: fallback to decoupled')
  },
  decoupled: {
    approve: ends('§5.7'),
    decline: ends('§5.7'),
    timeout: ends('§5.7, §11')
  },
  spc: {
    confirm: { to: ['ended'], effects: [], rule: '§5.9: the second AReq has the result' },
    timeout: ends('§5.9, §11')
  },
  reporting: {
    open: { to: ['reporting'], effects: ['conclude'], rule: '§5.3: the result waits for the RRes' },
    look: { to: ['reporting'], effects: ['conclude'], rule: '§5.3: the result waits for the RRes' },
    reported: { to: ['ended'], effects: ['conclude'], rule: '§10: RRes, or its timer' }
  },
  ended: {
    open: { to: ['ended'], effects: ['conclude'], rule: '§5.3' },
    look: { to: ['ended'], effects: ['conclude'], rule: '§5.3' },
    reported: { to: ['ended'], effects: ['conclude'], rule: '§10: the 3DS Server has had a result before' }
  }
}
