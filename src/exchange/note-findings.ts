import type { Log } from '../log.ts'
import type { Finding, Judge } from '../protocol/judge.ts'
import { canonicalUuid } from '../protocol/uuid.ts'

/**
 * Notes in the log what was found in a message, whether or not it is refused: elements, no values.
 * @param message what of it is no id is not noted
 */
export function noteFindings (
  { messageType, threeDSServerTransID: id }: { readonly messageType?: unknown, readonly threeDSServerTransID?: unknown }, findings: readonly Finding[], log: Log
): void {
  if (findings.length > 0) log.debug({ messageType, threeDSServerTransID: canonicalUuid(id), findings }, 'findings in a message')
}

/** A judge that notes what it finds. */
export function notingFindings (judge: Judge, log: Log): Judge {
  return (read, expected) => {
    const judgement = judge(read, expected)
    noteFindings(read.message, judgement.findings, log)
    return judgement
  }
}
