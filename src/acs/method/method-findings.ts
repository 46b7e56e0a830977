import { atLeast } from '../../protocol/versions.ts'
import type { MethodRun } from './method-run.ts'

/** Something that the AReq says of the 3DS Method and that was not so. */
export type MethodFinding = {
  element: 'threeDSCompInd' | 'threeDSMethodId'
  /** What follows the element's name. */
  message: string
}

/** Where the 3DS Method of a card runs: at this ACS, at another one, of which nothing is known, or nowhere. */
export type MethodPlace = 'here' | 'elsewhere' | 'none'

/** What else there is to know. */
export interface MethodContext {
  /** Where the `threeDSMethodURL` of the card leads, if it has one. */
  methodPlace: MethodPlace
  /** Of the AReq. */
  messageVersion: string
  /** When the AReq came, milliseconds since the Unix epoch. */
  now: number
  /** Present where the AReq has a `threeDSMethodId`: what is known of the 3DS Method under that id. */
  reused?: { run: MethodRun | undefined }
}

/** How long a run may be used again (2.3.1), milliseconds. */
const REUSE_MS = 600_000

/** How long a 3DS Requestor waits for the notification (emv3ds-protocol §11), milliseconds. */
const waitOf = (messageVersion: string) => atLeast(messageVersion, '2.3.1') ? 5000 : 10_000

/**
 * Compares what an AReq says of the 3DS Method with what happened. A finding is no refusal.
 * @param threeDSCompInd of the AReq; what is none of Y, N and U is judged elsewhere
 * @param run what is known of the 3DS Method under the AReq's own `threeDSServerTransID`
 */
export function methodFindings (threeDSCompInd: unknown, run: MethodRun | undefined, context: MethodContext): MethodFinding[] {
  if (context.reused !== undefined && atLeast(context.messageVersion, '2.3.1')) {
    return reuseFindings(threeDSCompInd, context.reused.run, context.now)
  }
  const message = threeDSCompInd === 'Y' ? againstY(run, context) : threeDSCompInd === 'N' ? againstN(run, context) : threeDSCompInd === 'U' ? againstU(run, context) : undefined
  return message === undefined ? [] : [{ element: 'threeDSCompInd', message }]
}

/** Why Y is wrong without a run. */
const NOT_RUN: Readonly<Record<MethodPlace, string | undefined>> = {
  here: 'is Y, but the 3DS Method was not run',
  elsewhere: undefined,
  none: 'is Y, but no threeDSMethodURL is offered'
}

function againstY (run: MethodRun | undefined, { methodPlace, now }: MethodContext): string | undefined {
  if (run === undefined) return NOT_RUN[methodPlace]
  const unfinished = whyUnfinished(run, now)
  return unfinished === undefined ? undefined : `is Y, but ${unfinished}`
}

function againstN (run: MethodRun | undefined, { methodPlace, messageVersion, now }: MethodContext): string | undefined {
  if (run === undefined) return methodPlace === 'none' ? 'is N, but no threeDSMethodURL is offered: U' : undefined
  const inTime = run.notifiedURLGiven && whyUnfinished(run, now) === undefined && finishedAt(run) - run.servedAt < waitOf(messageVersion)
  return inTime ? 'is N, although the 3DS Method finished in time' : undefined
}

function againstU (run: MethodRun | undefined, { methodPlace }: MethodContext): string | undefined {
  if (run !== undefined) return 'is U, although the 3DS Method was run'
  return methodPlace === 'none' ? undefined : 'is U, although a threeDSMethodURL is offered'
}

function reuseFindings (threeDSCompInd: unknown, run: MethodRun | undefined, now: number): MethodFinding[] {
  const findings: MethodFinding[] = threeDSCompInd === 'Y' ? [] : [{ element: 'threeDSCompInd', message: 'must be Y where threeDSMethodId is sent' }]
  const message = againstReuse(run, now)
  return message === undefined ? findings : [...findings, { element: 'threeDSMethodId', message }]
}

function againstReuse (run: MethodRun | undefined, now: number): string | undefined {
  if (run === undefined) return 'names no 3DS Method that was run'
  const unfinished = whyUnfinished(run, now)
  if (unfinished !== undefined) return `names a 3DS Method, but ${unfinished}`
  return now - finishedAt(run) > REUSE_MS ? 'names a 3DS Method that finished more than 10 minutes ago' : undefined
}

/** When a page that has its data was done: where nobody is to be notified, as soon as it had. */
function finishedAt ({ servedAt, dataAt = servedAt, behaviour }: MethodRun): number {
  // A page that was served again has its data from before.
  return Math.max(dataAt, servedAt) + (behaviour.type === 'delay' ? behaviour.ms : 0)
}

/** @returns why the 3DS Requestor cannot have been notified by now; `undefined` when it can. */
function whyUnfinished (run: MethodRun, now: number): string | undefined {
  if (run.faulty === true) return 'its threeDSMethodNotificationURL could not be used'
  if (run.dataAt === undefined) return 'its page has sent no data'
  if (!run.notifiedURLGiven) return undefined
  if (run.behaviour.type === 'never') return 'its page never notifies'
  if (run.behaviour.type === 'wrong-id') return 'its page notified of another threeDSServerTransID'
  if (run.behaviour.type === 'garbage') return 'its page notified of nothing that can be read'
  return finishedAt(run) > now ? 'its notification is not due yet' : undefined
}
