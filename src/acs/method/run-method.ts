import type { Clock } from '../../clock.ts'
import { MockError } from '../../errors.ts'
import type { IdSource } from '../../ids.ts'
import { canonicalUuid } from '../../protocol/uuid.ts'
import { BEHAVIOUR_PARAMETER, behaviourOf, type MethodBehaviour, NO_BEHAVIOUR } from '../../scenario/method-behaviour.ts'
import type { NoteStore } from '../../store/note-store.ts'
import type { Page } from '../pages/page.ts'
import { type BrowserData, browserDataOf } from './browser-data.ts'
import { faulty, type MethodRequest, notificationData, readMethodData } from './method-data.ts'
import { methodPage, type MethodView } from './method-page.ts'
import { findMethodRun, type MethodRun, methodRunKey } from './method-run.ts'

/** What the ACS side of the 3DS Method is made of. */
export interface MethodParts {
  notes: NoteStore
  clock: Clock
  /** Where the id comes from that nobody knows (`wrong-id`). */
  ids: Pick<IdSource, 'uuid'>
  /** How long a run is kept, seconds. */
  ttlSeconds: number
}

/** The page, and what it is about. */
export interface ServedMethod { id: string, page: Page }

/**
 * Serves the page of a 3DS Method and remembers that it was. Data that came for an earlier page of that id stays.
 * @param field the form's `threeDSMethodData`, `undefined` when there is none
 * @param parameter of the URL: what the page shall do, `undefined` when it says nothing
 * @throws MockError `invalid_request` when one of them cannot be read; the errors of a NoteStore
 */
export async function serveMethod (field: string | undefined, parameter: string | undefined, parts: MethodParts): Promise<ServedMethod> {
  const { notes, clock, ids, ttlSeconds } = parts
  const behaviour = behaviourOf(parameter)
  if (behaviour === undefined) throw faulty(NO_BEHAVIOUR, BEHAVIOUR_PARAMETER)
  const request = readMethodData(field)
  const { id, threeDSMethodNotificationURL: url } = request
  // Of two pages of one id at the very same moment the later one counts, and data that came in between is lost: a reload before the
  // first page was done, for which nobody can say which data is right.
  const before = await findMethodRun(id, notes)
  const run: MethodRun = {
    servedAt: clock.now(),
    notifiedURLGiven: url !== undefined,
    ...url === '' ? { faulty: true } : {},
    behaviour,
    ...before?.dataAt === undefined ? {} : { dataAt: before.dataAt, data: before.data as BrowserData }
  }
  await notes.put(methodRunKey(id), run, ttlSeconds)
  return { id, page: methodPage({ dataPath: `method/${id}`, notification: planNotification(request, behaviour, ids) }) }
}

/** What nobody can read: no base64 in either alphabet. */
const GARBAGE = '%% no base64url %%'

function planNotification (request: MethodRequest, behaviour: MethodBehaviour, ids: Pick<IdSource, 'uuid'>): MethodView['notification'] {
  const { threeDSMethodNotificationURL: url, threeDSServerTransID } = request
  if (url === undefined) return 'absent'
  if (url === '') return 'faulty'
  if (behaviour.type === 'never') return 'never'
  return {
    url,
    threeDSMethodData: behaviour.type === 'garbage' ? GARBAGE : notificationData(behaviour.type === 'wrong-id' ? ids.uuid() : threeDSServerTransID),
    waitMs: behaviour.type === 'delay' ? behaviour.ms : 0,
    twice: behaviour.type === 'twice'
  }
}

/**
 * Keeps what the page gathered; the first time only.
 * @param threeDSServerTransID from the path
 * @param form its fields, as anybody may have sent them
 * @throws MockError `invalid_request` when no page was served under that id; the errors of a NoteStore
 */
export async function keepMethodData (
  threeDSServerTransID: string, form: Readonly<Record<string, unknown>>, { notes, clock, ttlSeconds }: MethodParts
): Promise<void> {
  const run = await findMethodRun(threeDSServerTransID, notes)
  if (run === undefined) throw new MockError('invalid_request', 'The 3DS Method was not run under this threeDSServerTransID')
  if (run.dataAt !== undefined) return
  const key = methodRunKey(canonicalUuid(threeDSServerTransID) as string)
  await notes.put(key, { ...run, dataAt: clock.now(), data: browserDataOf(form) }, ttlSeconds)
}
