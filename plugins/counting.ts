import type { Reported } from '../src/acs/ask-ds.ts'
import type { ReportingParts } from '../src/acs/report-result.ts'
import type { OutboundPost } from '../src/exchange/outbound-request.ts'
import type { PostJson } from '../src/exchange/post-json.ts'
import { createSendMessage, type SendMessage } from '../src/exchange/send-message.ts'
import type { Meters } from '../src/metrics/meters.ts'
import type { TransStatus } from '../src/protocol/messages.ts'
import type { AuthenticationParts } from '../src/three-ds-server/authenticate.ts'
import type { Transaction } from '../src/transaction/transaction.ts'

/* What the roles do, counted: they know nothing of it. */

const FLOWS = { '01': 'app', '02': 'browser', '03': '3ri' } as const

/** Counts AReq that were answered. */
export function countAnswers (meters: Meters): AuthenticationParts['onAnswered'] {
  return ({ deviceChannel }, { transStatus }) => { meters.transactionAnswered(FLOWS[deviceChannel], transStatus) }
}

/** Counts challenges that ended. */
export function countEndings (meters: Meters): (transaction: Pick<Transaction, 'aReq'>, transStatus: TransStatus) => void {
  return ({ aReq }, transStatus) => { meters.challengeFinished(FLOWS[aReq.deviceChannel], transStatus) }
}

/** Messages to other servers, counted and timed. */
export function createSender (meters: Meters, post: OutboundPost): SendMessage {
  const send = createSendMessage(post)
  return async (address, message, options) => {
    const start = performance.now()
    const sent = await send(address, message, options)
    meters.messageSent(message['messageType'], sent.outcome, (performance.now() - start) / 1000)
    return sent
  }
}

/** Attempts to report a result, counted. */
export function countReports (meters: Meters, send: ReportingParts['send']): ReportingParts['send'] {
  return async (rReq, transaction) => {
    const reported = await send(rReq, transaction)
    meters.resultReported(outcomeOf(reported), transaction.challenge?.reports !== undefined)
    return reported
  }
}

function outcomeOf (reported: Reported): string {
  if (reported.outcome !== 'answered') return reported.outcome
  return reported.answer['messageType'] === 'Erro' ? 'erro' : 'taken'
}

/** Results posted to whoever asked for them, counted. */
export function countDeliveries (meters: Meters, postJson: PostJson): PostJson {
  return async (address, body) => {
    const posted = await postJson(address, body)
    meters.resultDelivered(posted.outcome)
    return posted
  }
}
