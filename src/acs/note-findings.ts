import type { Log } from '../log.ts'
import type { Judge } from '../protocol/judge.ts'

/** A judge that logs what it finds in the messages of browsers and SDKs, as the Directory Server does of an AReq: elements, no values. */
export function notingFindings (judge: Judge, log: Log): Judge {
  return (read, expected) => {
    const judgement = judge(read, expected)
    const { messageType, threeDSServerTransID } = read.message
    if (judgement.findings.length > 0) log.debug({ messageType, threeDSServerTransID, findings: judgement.findings }, 'findings in a message')
    return judgement
  }
}
