import type { Transaction } from '../transaction/transaction.ts'
import type { ChallengeRules, Step } from './challenge/machine.ts'
import { challengeOf } from './challenge/challenge-of.ts'
import { offersOtherMethod, screenOf, wrongAnswers } from './challenge/screens.ts'
import { approvalAddress } from './approval.ts'
import type { AppCReq } from './judge-app-creq.ts'
import type { AppScreen } from './ui/app-screen.ts'
import { imagePath } from './ui/images.ts'

/** What the caller of the ACS knows about a screen. */
export interface ScreenPlace {
  rules: ChallengeRules
  /** Where this server is reached: absolute, without a slash at its end. */
  baseURL: string
}

/**
 * What the answer to a CReq shows.
 * @param step what the CReq did; the challenge goes on
 */
export function appScreen (transaction: Transaction, { progress, notice }: Step, { exchange, canOpenApp }: AppCReq, { rules, baseURL }: ScreenPlace): AppScreen {
  const { plan, messageVersion } = challengeOf(transaction)
  const kind = screenOf(plan, progress)
  return {
    kind,
    acsInterface: plan.acsInterface,
    messageVersion,
    ...(notice === undefined ? {} : { notice }),
    attemptsLeft: rules.otpMaxAttempts - wrongAnswers(progress),
    consents: plan.consents ?? [],
    secondEntry: plan.secondEntry === true,
    otherMethod: offersOtherMethod(kind, messageVersion),
    first: exchange.counter === FIRST_COUNT,
    purchase: transaction.aReq,
    passingCode: rules.otp,
    imageURL: (name, size) => `${baseURL}/acs/${imagePath(name, size)}`,
    ...(kind === 'out-of-band' ? { oobAppURL: approvalAddress(baseURL, transaction) } : {}),
    // An app is opened by a universal link, and that is https.
    opensApp: canOpenApp && baseURL.startsWith('https:')
  }
}

const FIRST_COUNT = '000'
