import { encodeBase64url } from '../crypto/base64url.ts'
import type { JsonObject } from '../protocol/messages.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { browserCRes } from './build-cres.ts'
import type { BrowserTurn } from './browser-challenge.ts'
import { type ChallengeRules, progressOf } from './challenge-machine.ts'
import { attemptField, challengePage, type ChallengeView } from './pages/challenge-page.ts'
import { finalPage } from './pages/final-page.ts'
import type { Page } from './pages/page.ts'

/** What the caller of the ACS knows about a challenge page. */
export type QuestionPlace = Pick<ChallengeView, 'action' | 'byRedirect' | 'framed'>

/**
 * The page for where a challenge stands: the question.
 * @param turn an open challenge, and what came of the cardholder's last answer
 * @param rules the code that passes and how often one may try: the page shows both
 * @param place where its form posts to, relative to the page, and whether it is in a frame
 * @returns HTML and its policy
 */
export function questionPage (turn: BrowserTurn, rules: ChallengeRules, place: QuestionPlace): Page {
  const { transaction, notice } = turn
  const { interactionCounter } = progressOf(transaction)
  return challengePage({
    ...place,
    hidden: { [attemptField]: String(interactionCounter) },
    purchase: transaction.aReq,
    attemptsLeft: rules.otpMaxAttempts - interactionCounter,
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
