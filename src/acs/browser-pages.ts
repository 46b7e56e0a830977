import { encodeBase64url } from '../crypto/base64url.ts'
import type { Erro } from '../protocol/erro.ts'
import type { JsonObject } from '../protocol/messages.ts'
import { atLeast } from '../protocol/versions.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { browserCRes, type FallbackCRes } from './build-cres.ts'
import type { BrowserTurn } from './browser-challenge.ts'
import { challengeOf } from './challenge/challenge-of.ts'
import type { ChallengeRules } from './challenge/machine.ts'
import { screenOf, wrongAnswers } from './challenge/screens.ts'
import { attemptField } from './pages/fields.ts'
import { finalPage, type FinalView } from './pages/final-page.ts'
import type { Page, Reload } from './pages/page.ts'
import { screenPage, type ScreenView } from './pages/screen-page.ts'

/** What the caller of the ACS knows about a challenge page. */
export interface QuestionPlace extends Pick<ScreenView, 'action' | 'byRedirect' | 'framed' | 'approvalURL' | 'statusURL'> {
  /** Milliseconds since the Unix epoch. Absent where the page's own path cannot be asked where the challenge stands. */
  now?: number
}

/**
 * The page for where a challenge stands: its current screen.
 * @param turn an open challenge, and what came of the cardholder's last answer
 * @param rules the code that passes and how often one may try: the page shows both
 * @param place where its form posts to, relative to the page, whether it is in a frame, and where the bank's app is
 * @returns HTML and its policy
 */
export function questionPage (turn: BrowserTurn, rules: ChallengeRules, { now, ...place }: QuestionPlace): Page {
  const { transaction, notice } = turn
  const { plan, progress } = challengeOf(transaction)
  return screenPage({
    ...place,
    kind: screenOf(plan, progress),
    consents: plan.consents ?? [],
    hidden: { [attemptField]: String(progress.interactionCounter) },
    purchase: transaction.aReq,
    scheme: transaction.scheme,
    attemptsLeft: rules.otpMaxAttempts - wrongAnswers(progress),
    ...(notice === undefined ? {} : { notice }),
    passingCode: rules.otp,
    reload: now === undefined ? undefined : reloadAtEnd(transaction, now, place.action)
  })
}

/** By then the timer's job has ended the challenge; if it has not, the page is shown once more. */
const MARGIN_SECONDS = 1

/**
 * Before 2.3.1 a page that is still open when its time is over posts the CRes; then the 3DS Requestor closes the frame
 * (emv3ds-protocol §11, §17).
 */
function reloadAtEnd ({ aReq: { messageVersion }, challenge }: Transaction, now: number, address: string): Reload | undefined {
  if (challenge?.deadline === undefined || atLeast(messageVersion, '2.3.1')) return undefined
  return { afterSeconds: Math.ceil(Math.max(challenge.deadline - now, 0) / 1000) + MARGIN_SECONDS, address }
}

/** The page that takes the final CRes back to the 3DS Requestor. */
export function returnPage (transaction: Transaction, fallbackCRes: FallbackCRes): Page {
  const message = browserCRes(transaction, fallbackCRes)
  return pageWith({ message, field: 'cres', threeDSSessionData: transaction.challenge?.threeDSSessionData }, transaction)
}

/** What goes back in place of the CRes. */
export interface ReturnedErro {
  erro: Erro
  /** No text says which one it is (emv3ds-protocol §12.3). */
  field: FinalView['field']
  /** As it came with the faulty CReq. */
  threeDSSessionData: string | undefined
}

/** The page that takes an `Erro` back to the 3DS Requestor; where the faulty CReq brought no session data, with that of an earlier one. */
export function refusalPage (transaction: Transaction, { erro, field, threeDSSessionData = transaction.challenge?.threeDSSessionData }: ReturnedErro): Page {
  return pageWith({ message: { ...erro }, field, threeDSSessionData }, transaction)
}

function pageWith ({ message, ...more }: { message: JsonObject } & Pick<FinalView, 'field' | 'threeDSSessionData'>, { aReq: { notificationURL } }: Transaction): Page {
  return finalPage({
    ...more,
    notificationURL,
    message: encodeBase64url(JSON.stringify(message)),
    transStatus: message['transStatus'] === 'Y' ? 'Y' : 'N'
  })
}
