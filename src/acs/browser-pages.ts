import { encodeBase64url } from '../crypto/base64url.ts'
import type { JsonObject } from '../protocol/messages.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { browserCRes } from './build-cres.ts'
import type { BrowserTurn } from './browser-challenge.ts'
import { challengeOf } from './challenge/challenge-of.ts'
import type { ChallengeRules } from './challenge/machine.ts'
import { screenOf, wrongAnswers } from './challenge/screens.ts'
import { attemptField } from './pages/fields.ts'
import { finalPage } from './pages/final-page.ts'
import type { Page } from './pages/page.ts'
import { screenPage, type ScreenView } from './pages/screen-page.ts'

/** What the caller of the ACS knows about a challenge page. */
export type QuestionPlace = Pick<ScreenView, 'action' | 'byRedirect' | 'framed' | 'approvalURL' | 'statusURL'>

/**
 * The page for where a challenge stands: its current screen.
 * @param turn an open challenge, and what came of the cardholder's last answer
 * @param rules the code that passes and how often one may try: the page shows both
 * @param place where its form posts to, relative to the page, whether it is in a frame, and where the bank's app is
 * @returns HTML and its policy
 */
export function questionPage (turn: BrowserTurn, rules: ChallengeRules, place: QuestionPlace): Page {
  const { transaction, notice } = turn
  const { plan, progress } = challengeOf(transaction)
  return screenPage({
    ...place,
    kind: screenOf(plan, progress),
    consents: plan.consents ?? [],
    hidden: { [attemptField]: String(progress.interactionCounter) },
    purchase: transaction.aReq,
    attemptsLeft: rules.otpMaxAttempts - wrongAnswers(progress),
    ...(notice === undefined ? {} : { notice }),
    passingCode: rules.otp
  })
}

/**
 * The page that takes the CRes, or an `Erro` in its place, back to the 3DS Requestor.
 * @param threeDSSessionData goes back with it
 */
export function returnPage (
  transaction: Transaction, message: JsonObject = browserCRes(transaction), threeDSSessionData = transaction.challenge?.threeDSSessionData
): Page {
  return finalPage({
    notificationURL: transaction.aReq.notificationURL,
    cres: encodeBase64url(JSON.stringify(message)),
    threeDSSessionData,
    transStatus: message['transStatus'] === 'Y' ? 'Y' : 'N'
  })
}
