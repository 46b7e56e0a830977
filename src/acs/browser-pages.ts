import { encodeBase64url } from '../crypto/base64url.ts'
import type { JsonObject } from '../protocol/messages.ts'
import { schemeOf } from '../protocol/schemes.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { browserCRes } from './build-cres.ts'
import type { BrowserTurn } from './browser-challenge.ts'
import type { ChallengeRules } from './challenge-machine.ts'
import { challengePage } from './pages/challenge-page.ts'
import { finalPage } from './pages/final-page.ts'
import type { Page } from './pages/page.ts'

const SCHEME_NAMES: Partial<Record<ReturnType<typeof schemeOf>, string>> = {
  visa: 'Visa', mastercard: 'Mastercard', amex: 'American Express', discover: 'Discover', jcb: 'JCB', unionpay: 'UnionPay', mir: 'Mir'
}

/**
 * The page for where a challenge stands: the question.
 * @param action where its form posts to, relative to the page
 * @param byRedirect the last answer is a redirect to the 3DS Requestor instead of a page
 */
export function questionPage ({ transaction, notice }: BrowserTurn, rules: ChallengeRules, action: string, byRedirect = false): Page {
  const scheme = SCHEME_NAMES[schemeOf(transaction.aReq.acctNumber)]
  return challengePage({
    action,
    byRedirect,
    hidden: {},
    purchase: transaction.aReq,
    ...(scheme === undefined ? {} : { scheme }),
    attemptsLeft: rules.otpMaxAttempts - (transaction.challenge?.interactionCounter ?? 0),
    ...(notice === undefined ? {} : { notice }),
    passingCode: rules.otp
  })
}

/** The page that takes the CRes, or an `Erro` in its place, back to the 3DS Requestor. */
export function returnPage (transaction: Transaction, message: JsonObject = browserCRes(transaction)): Page {
  return finalPage({
    notificationURL: transaction.aReq.notificationURL,
    cres: encodeBase64url(JSON.stringify(message)),
    threeDSSessionData: transaction.challenge?.threeDSSessionData,
    transStatus: message['transStatus'] === 'Y' ? 'Y' : 'N'
  })
}
