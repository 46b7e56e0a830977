import type { Clock } from '../../clock.ts'
import type { JsonObject } from '../../protocol/messages.ts'
import type { NoteStore } from '../../store/note-store.ts'
import { type MethodFinding, methodFindings } from './method-findings.ts'
import { findMethodRun } from './method-run.ts'

/** What it takes to judge what an AReq says of the 3DS Method. */
export interface MethodJudgeParts {
  notes: Pick<NoteStore, 'get'>
  clock: Clock
  /** Whether the card's range has a threeDSMethodURL. */
  methodURLOffered: boolean
}

/**
 * Looks up what became of the 3DS Method and compares it with what a browser's AReq says; of other channels nothing is said.
 * @param aReq judged before: `messageVersion` is one
 * @throws the errors of a NoteStore
 */
export async function judgeMethod (aReq: Readonly<JsonObject>, { notes, clock, methodURLOffered }: MethodJudgeParts): Promise<MethodFinding[]> {
  const { deviceChannel, messageVersion, threeDSCompInd, threeDSServerTransID, threeDSMethodId } = aReq
  if (deviceChannel !== '02') return []
  const [run, earlier] = await Promise.all([
    findMethodRun(threeDSServerTransID, notes),
    findMethodRun(threeDSMethodId, notes)
  ])
  return methodFindings(threeDSCompInd, run, {
    methodURLOffered,
    messageVersion: String(messageVersion),
    now: clock.now(),
    ...threeDSMethodId === undefined ? {} : { reused: { run: earlier } }
  })
}
