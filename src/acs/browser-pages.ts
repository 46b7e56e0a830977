import { encodeBase64url } from '../crypto/base64url.ts'
import type { JsonObject } from '../protocol/messages.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { browserCRes } from './build-cres.ts'
import type { BrowserTurn } from './browser-challenge.ts'
import type { ChallengeRules } from './challenge-machine.ts'
import { challengePage } from './pages/challenge-page.ts'
import { finalPage } from './pages/final-page.ts'
import type { Page } from './pages/page.ts'

/**
 * The page for where a challenge stands: the question.
 * @param action where its form posts to, relative to the page
 * @param byRedirect the last answer is a redirect to the 3DS Requestor instead of a page
 */
export function questionPage ({ transaction, notice }: BrowserTurn, rules: ChallengeRules, action: string, byRedirect = false): Page {
  return challengePage({
    action,
    byRedirect,
    hidden: {},
    purchase: transaction.aReq,
    attemptsLeft: rules.otpMaxAttempts - (transaction.challenge?.interactionCounter ?? 0),
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
