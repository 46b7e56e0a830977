import { canonicalUuid } from '../../protocol/uuid.ts'
import type { MethodBehaviour } from '../../scenario/method-behaviour.ts'
import type { NoteStore } from '../../store/note-store.ts'
import type { BrowserData } from './browser-data.ts'

/** What became of the 3DS Method under one `threeDSServerTransID`. */
export type MethodRun = {
  /** When the page was last served, milliseconds since the Unix epoch. */
  servedAt: number
  /** Whether a threeDSMethodNotificationURL came. */
  notifiedURLGiven: boolean
  /** It came, and no browser may be sent there: nobody is notified. */
  faulty?: true
  behaviour: MethodBehaviour
  /** When the page's data came; absent until then. */
  dataAt?: number
  /** The first data that came. */
  data?: BrowserData
}

/** Key of a run among the notes. @param id canonical */
export function methodRunKey (id: string): string {
  return `method:${id}`
}

/**
 * @param threeDSServerTransID in any spelling of a UUID
 * @returns what is known of the 3DS Method under that id; `undefined` when it was never run, or too long ago
 */
export async function findMethodRun (threeDSServerTransID: unknown, notes: Pick<NoteStore, 'get'>): Promise<MethodRun | undefined> {
  const id = canonicalUuid(threeDSServerTransID)
  // Nobody else writes under these keys.
  return id === undefined ? undefined : await notes.get(methodRunKey(id)) as MethodRun | undefined
}
