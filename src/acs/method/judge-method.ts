import type { Clock } from '../../clock.ts'
import type { JsonObject } from '../../protocol/messages.ts'
import { canonicalUuid } from '../../protocol/uuid.ts'
import type { NoteStore } from '../../store/note-store.ts'
import { type MethodFinding, methodFindings, type MethodPlace } from './method-findings.ts'
import { findMethodRun } from './method-run.ts'

/** What it takes to judge what an AReq says of the 3DS Method. */
export interface MethodJudgeParts {
  notes: Pick<NoteStore, 'get'>
  clock: Clock
  methodPlace: MethodPlace
}

/**
 * Looks up what became of the 3DS Method and compares it with what a browser's AReq says; of other channels nothing is said.
 * @param aReq judged before: `messageVersion` is one
 * @throws the errors of a NoteStore
 */
export async function judgeMethod (aReq: Readonly<JsonObject>, { notes, clock, methodPlace }: MethodJudgeParts): Promise<MethodFinding[]> {
  const { deviceChannel, messageVersion, threeDSCompInd, threeDSServerTransID, threeDSMethodId } = aReq
  if (deviceChannel !== '02') return []
  const [run, earlier] = await Promise.all([
    findMethodRun(threeDSServerTransID, notes),
    findMethodRun(threeDSMethodId, notes)
  ])
  return methodFindings(threeDSCompInd, run, {
    methodPlace,
    messageVersion: String(messageVersion),
    now: clock.now(),
    ...threeDSMethodId === undefined ? {} : { reused: { run: earlier } }
  })
}

/** What is found about an AReq, as it is kept. */
export type KeptMethodFindings = {
  /** When the AReq came, milliseconds since the Unix epoch. */
  at: number
  findings: MethodFinding[]
}

/** Key of the findings about an AReq among the notes. @param id canonical */
export function methodFindingsKey (id: string): string {
  return `method-findings:${id}`
}

/**
 * Judges as `judgeMethod` does, and keeps what is found beside the transaction.
 * @param parts `ttlSeconds`: how long it is kept
 * @throws the errors of a NoteStore
 */
export async function compareMethod (
  aReq: Readonly<JsonObject>, { ttlSeconds, ...parts }: MethodJudgeParts & { notes: Pick<NoteStore, 'put'>, ttlSeconds: number }
): Promise<MethodFinding[]> {
  const at = parts.clock.now()
  const findings = await judgeMethod(aReq, parts)
  const kept: KeptMethodFindings = { at, findings }
  if (findings.length > 0) await parts.notes.put(methodFindingsKey(canonicalUuid(aReq['threeDSServerTransID']) as string), kept, ttlSeconds)
  return findings
}
