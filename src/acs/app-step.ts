import type { ChallengeProgress } from '../transaction/challenge.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { COUNTED_OUT, LAST_COUNT, requireNextCount } from './app-count.ts'
import { challengeError } from './challenge-error.ts'
import { type Challenge, type ChallengeRules, type Step, step } from './challenge/machine.ts'
import type { AppCReq } from './judge-app-creq.ts'

/**
 * What a CReq does, its count being the next one.
 * @param kept what the challenge has to remember of it
 * @throws ProtocolError A/302 for another count; A/203 for what the screen does not offer
 */
export function countedStep (
  challenge: Challenge, creq: AppCReq, transaction: Transaction, { rules, kept }: { rules: ChallengeRules, kept: Pick<ChallengeProgress, 'enc' | 'sessionKey'> }
): Step {
  const { progress } = challenge
  const { exchange, threeDSRequestorAppURL } = creq
  requireNextCount(progress, exchange.counter, transaction)
  const counted = { ...progress, ...kept, sdkCounter: progress.sdkCounter + 1, ...(threeDSRequestorAppURL === undefined ? {} : { threeDSRequestorAppURL }) }
  const taken = stepOf({ ...challenge, progress: counted }, creq, transaction, rules)
  const ending = taken.ending ?? (progress.sdkCounter === LAST_COUNT ? COUNTED_OUT : undefined)
  return ending === undefined ? taken : { ...taken, ending, progress: { ...taken.progress, finalCount: progress.sdkCounter } }
}

/** What the screen does not offer is an element that has no business there. */
function stepOf (challenge: Challenge, { event, element }: AppCReq, transaction: Transaction, rules: ChallengeRules): Step {
  try {
    return step(challenge, event, rules)
  } catch (illegal) {
    throw challengeError('203', element, (illegal as Error).message, transaction)
  }
}
