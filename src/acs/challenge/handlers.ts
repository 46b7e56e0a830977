import { reasonFor, TECHNICAL_PROBLEM } from '../../protocol/trans-status-reasons.ts'
import { atLeast } from '../../protocol/versions.ts'
import type { ChallengeProgress, ChallengeState, Consent, Ending } from '../../transaction/challenge.ts'
import { isRepeated, keepWrongEntry } from '../wrong-entries.ts'
import { illegalEvent } from './illegal-event.ts'
import type { Challenge, ChallengeEvent, ChallengeRules, Consents, Step } from './machine.ts'
import { areRightChoices, isRightChoice, offersOtherMethod, screenOf, stateOfScreen, wrongAnswers } from './screens.ts'

type Handlers = {
  readonly [Type in ChallengeEvent['type']]: (challenge: Challenge, event: Extract<ChallengeEvent, { type: Type }>, rules: ChallengeRules) => Step
}

/** What each event does where the table has it. */
export const handlers: Handlers = {
  open: (challenge) => isOver(challenge) ? unchanged(challenge) : onScreen(challenge),
  look: (challenge) => isOver(challenge) ? unchanged(challenge) : onScreen(challenge),
  entry: answer,
  resend: (challenge) => ({ ...onScreen(challenge), notice: 'code-resent' }),
  'other-method': otherMethod,
  continue: goOn,
  approve: (challenge) => challenge.state === 'decoupled' ? end(challenge, { transStatus: 'Y' }) : heard(challenge, 'approved'),
  decline: (challenge) => challenge.state === 'decoupled' ? end(challenge, DECLINED) : heard(challenge, 'declined'),
  cancel: (challenge, { code }) => end(challenge, { transStatus: 'N', transStatusReason: '01', challengeCancel: code }),
  erro: (challenge, { errorCode, erro }) => end(challenge, endingByErro(challenge, errorCode, erro)),
  refuse: (challenge, { erro }) => end(challenge, endingByRefusal(challenge, erro)),
  timeout: (challenge) => end(challenge, TIMED_OUT[challenge.state] ?? IDLE),
  confirm: (challenge) => ({ progress: { ...challenge.progress, state: 'ended' } }),
  reported: (challenge) => ({ progress: { ...challenge.progress, state: 'ended' } })
}

const IDLE: Ending = { transStatus: 'N', transStatusReason: '14', challengeCancel: '04' }
const DECLINED: Ending = { transStatus: 'N', transStatusReason: '01' }

/** emv3ds-protocol §10, §11; what is not named is a screen that nobody answered. */
const TIMED_OUT: Readonly<Partial<Record<ChallengeState, Ending>>> = {
  'awaiting-creq': { transStatus: 'N', transStatusReason: '14', challengeCancel: '05' },
  decoupled: { transStatus: 'U', transStatusReason: '24', challengeCancel: '03' },
  spc: { transStatus: 'N', transStatusReason: '14', challengeCancel: '04' }
}

function isOver ({ state }: Challenge): boolean {
  return state === 'reporting' || state === 'ended'
}

function changed (challenge: Challenge, more: Partial<ChallengeProgress>): Challenge {
  return { ...challenge, progress: { ...challenge.progress, ...more } }
}

function unchanged ({ progress }: Challenge): Step {
  return { progress }
}

/** The current screen is shown; what is kept changes only where that is news. */
function onScreen ({ plan, progress }: Challenge): Step {
  const state = stateOfScreen(plan, progress)
  return { progress: progress.state === state ? progress : { ...progress, state } }
}

function end ({ progress }: Challenge, ending: Ending): Step {
  return { progress: { ...progress, state: 'reporting' }, ending }
}

function heard (challenge: Challenge, approval: 'approved' | 'declined'): Step {
  return { progress: { ...challenge.progress, approval } }
}

/** A question for a code is asked in the same state as the others, and offers no other way. */
function otherMethod (challenge: Challenge): Step {
  const { state, plan, progress, messageVersion } = challenge
  if (!offersOtherMethod(screenOf(plan, progress), messageVersion)) throw illegalEvent('other-method', state)
  return { ...onScreen(changed(challenge, { otherMethod: progress.screen ?? 0 })), notice: 'other-method' }
}

function answer (challenge: Challenge, event: Extract<ChallengeEvent, { type: 'entry' }>, rules: ChallengeRules): Step {
  const { progress } = challenge
  const { value, attempt = progress.interactionCounter } = event
  const answered = changed(challenge, { interactionCounter: progress.interactionCounter + 1, ...consentsOf(challenge, event.consents) })
  if (isRight(challenge, event, rules)) return pass(answered)
  const entry = { value, attempt }
  if (attempt < progress.interactionCounter && isRepeated(entry, progress)) return { ...onScreen(challenge), notice: 'wrong-code' }
  if (wrongAnswers(answered.progress) < rules.otpMaxAttempts) {
    return { ...onScreen({ ...answered, progress: keepWrongEntry(entry, answered.progress) }), notice: 'wrong-code' }
  }
  return end(answered, { transStatus: 'N', transStatusReason: rules.maxAttemptsReason })
}

function isRight ({ plan, progress }: Challenge, { value, second }: { value: string, second?: string }, { otp }: ChallengeRules): boolean {
  const kind = screenOf(plan, progress)
  if (kind === 'single-select') return isRightChoice(value)
  if (kind === 'multi-select') return areRightChoices(value)
  return value === otp && (plan.secondEntry === undefined || second === otp)
}

/** Nobody consents to what was not asked. */
function consentsOf ({ plan, progress }: Challenge, given: Consents = {}): Pick<ChallengeProgress, 'consents'> {
  const asked = Object.entries(given).filter(([consent]) => plan.consents?.includes(consent as Consent))
  return asked.length === 0 ? {} : { consents: { ...progress.consents, ...Object.fromEntries(asked) } }
}

/** The next screen, or the end. */
function pass (challenge: Challenge): Step {
  const { plan, progress } = challenge
  const screen = (progress.screen ?? 0) + 1
  if (screen < plan.screens.length) return onScreen(changed(challenge, { screen }))
  // Tried, and better done decoupled: emv3ds-protocol §5.7.
  return end(challenge, plan.fallback === true ? { transStatus: 'D', transStatusReason: '29' } : { transStatus: 'Y' })
}

/** "Continue" says nothing but "have a look": emv3ds-protocol §5.6. */
function goOn (challenge: Challenge, { consents }: Extract<ChallengeEvent, { type: 'continue' }>): Step {
  const { state, progress } = challenge
  const kept = consentsOf(challenge, consents)
  if (state === 'informing') return pass(changed(challenge, { ...kept, interactionCounter: progress.interactionCounter + 1 }))
  if (progress.approval === undefined) return { ...onScreen(challenge), notice: 'not-approved' }
  const answered = changed(challenge, { ...kept, interactionCounter: progress.interactionCounter + 1 })
  return progress.approval === 'approved' ? pass(answered) : end(answered, DECLINED)
}

/** 2.1.0 and 2.2.0 know no code 09: 08 where the SDK timed out, else 06 (emv3ds-protocol §10). */
function endingByErro ({ messageVersion }: Challenge, errorCode: string, erro: Ending['erro']): Ending {
  const ending: Ending = { transStatus: 'U', transStatusReason: '07' }
  if (errorCode === '402') return { ...ending, challengeCancel: '08' }
  return atLeast(messageVersion, '2.3.1') && erro !== undefined ? { ...ending, challengeCancel: '09', erro } : { ...ending, challengeCancel: '06' }
}

/** A technical problem (22) is told from 2.2.0 on, the code 10 in 2.3.1 (emv3ds-protocol §7, §10). */
function endingByRefusal ({ messageVersion }: Challenge, erro: Ending['erro']): Ending {
  const transStatusReason = reasonFor(messageVersion, TECHNICAL_PROBLEM)
  return atLeast(messageVersion, '2.3.1') && erro !== undefined
    ? { transStatus: 'U', transStatusReason, challengeCancel: '10', erro }
    : { transStatus: 'U', transStatusReason, challengeCancel: '06' }
}
