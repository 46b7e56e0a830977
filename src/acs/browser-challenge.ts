import { MockError, ProtocolError } from '../errors.ts'
import type { JsonObject } from '../protocol/messages.ts'
import { canonicalUuid } from '../protocol/uuid.ts'
import { atLeast } from '../protocol/versions.ts'
import { orNothing, transactionNotFound } from '../store/not-found.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { advanceChallenge, noChallenge, requireChallenge } from './advance-challenge.ts'
import { challengeError } from './challenge-error.ts'
import { challengeOf } from './challenge/challenge-of.ts'
import { type Challenge, type ChallengeEvent, type ChallengeNotice, type ChallengeRules, isPossible, step, type Step } from './challenge/machine.ts'
import { judgeBrowserCReq, type OpeningCReq, type ReadCReq } from './judge-browser-creq.ts'
import { requireInTime } from './late-creq.ts'
import { endWithRefusal, type RefusalParts } from './refuse-creq.ts'
import { RefusedInBrowser } from './refused-in-browser.ts'

/** What a browser challenge takes. */
export interface BrowserChallengeParts extends RefusalParts {
  /** Whether a second CReq is refused (emv3ds-protocol §5.3) rather than shown where the challenge stands (§17). */
  isStrict: boolean
  /** The original server's paths: a browser may answer for an app, and at any time. */
  anyChannel?: boolean
}

/** Where a browser challenge stands: with a screen, or with the result when `isOver(transaction)`. */
export interface BrowserTurn {
  transaction: Transaction
  notice?: ChallengeNotice
}

/**
 * @returns whether a browser takes a text back as it brought it. An HTML form does not carry control characters: line ends
 *   come out as CR LF, NUL as U+FFFD. Nothing of EMV's base64url is one.
 */
export function isReturnable (threeDSSessionData: string): boolean {
  return !/\p{Cc}/u.test(threeDSSessionData)
}

/**
 * Opens the challenge, or shows again where it stands: a reload brings the same CReq once more. It changes nothing but the
 * session data, and lets the time for an answer begin again. A CReq that cannot be used ends its challenge (emv3ds-protocol
 * §12.3), and so does, strictly, a second one (§5.3).
 * @param sent the CReq, ids in EMV's form where they are some, nothing judged yet
 * @param threeDSSessionData kept byte for byte; where none came, `undefined`, and what an earlier CReq brought stays
 * @returns where the challenge stands, ended ones included
 * @throws RefusedInBrowser where one of its ids is known, else ProtocolError, in this order: A/101 to A/204 as the judge has them,
 * session data that is not `isReturnable` being wrong (A/203), and strictly ids that are not in EMV's form; A/301 when its ids are
 * not those of one transaction, A/305 when there is no challenge in a browser, A/402 after a timeout; strictly, A/305, A/314 or
 * A/315 for a CReq that is not the first.
 * MockError of the store, `transaction_not_found` also when another authentication takes the id meanwhile
 */
export async function openBrowserChallenge (
  sent: ReadCReq, threeDSSessionData: string | undefined, parts: BrowserChallengeParts
): Promise<BrowserTurn> {
  const named = await namedBy(sent.read.message, parts)
  try {
    const creq = judgeBrowserCReq(withDoubts(sent, threeDSSessionData, parts), parts.judge, named?.isTheirs === true ? named.transaction : undefined)
    if (named === undefined) throw transactionNotFound()
    requireIds(creq, named)
    requireBrowserChallenge(named.transaction, parts)
    return await opening(creq, threeDSSessionData, named.transaction, parts)
  } catch (error) {
    if (named === undefined || !(error instanceof ProtocolError)) throw error
    throw await refused(error, named, parts)
  }
}

/** The transaction that a CReq names, and whether it is the CReq's. */
interface Named {
  transaction: Transaction
  /** Whether the acsTransID says so, which only the 3DS Requestor and the browser know. */
  isTheirs: boolean
}

/** With a threeDSServerTransID alone it is known whom to tell, and no more: it is in the 3DS Method and elsewhere before. */
async function namedBy (message: JsonObject, { store }: BrowserChallengeParts): Promise<Named | undefined> {
  const acsTransID = canonicalUuid(message['acsTransID'])
  const threeDSServerTransID = canonicalUuid(message['threeDSServerTransID'])
  const told = await found(threeDSServerTransID, (id) => store.get(id))
  if (told !== undefined && told.acsTransID.toLowerCase() === acsTransID) return { transaction: told, isTheirs: true }
  const theirs = await found(acsTransID, (id) => store.findByAcsTransId(id))
  if (theirs !== undefined) return { transaction: theirs, isTheirs: true }
  return told === undefined ? undefined : { transaction: told, isTheirs: false }
}

async function found (id: string | undefined, find: (id: string) => Promise<Transaction>): Promise<Transaction | undefined> {
  return id === undefined ? undefined : orNothing(find(id))
}

function withDoubts ({ read, wrong, respelt }: ReadCReq, threeDSSessionData: string | undefined, { isStrict }: BrowserChallengeParts): ReadCReq {
  const doubts = [...isStrict ? respelt : [], ...isReturnable(threeDSSessionData ?? '') ? [] : ['threeDSSessionData']]
  return { read, wrong: [...wrong, ...doubts], respelt }
}

function requireIds ({ threeDSServerTransID }: OpeningCReq, { transaction, isTheirs }: Named): void {
  const wrong = isTheirs ? 'threeDSServerTransID' : 'acsTransID'
  if (isTheirs && transaction.threeDSServerTransID === threeDSServerTransID) return
  throw challengeError('301', wrong, 'The challenge request does not belong to this transaction', transaction)
}

/** Ends the challenge where the CReq is its own, before anybody is told. Who does not know the acsTransID is not given it. */
async function refused (error: ProtocolError, { transaction, isTheirs }: Named, parts: BrowserChallengeParts): Promise<RefusedInBrowser> {
  if (!isTheirs) {
    const { messageVersion, threeDSServerTransID } = transaction.aReq
    return new RefusedInBrowser(transaction, error, { messageVersion, threeDSServerTransID })
  }
  const told = new RefusedInBrowser(transaction, error)
  await endWithRefusal(transaction, false, told, parts)
  return told
}

async function opening (
  creq: OpeningCReq, threeDSSessionData: string | undefined, transaction: Transaction, parts: BrowserChallengeParts
): Promise<BrowserTurn> {
  const { isStrict, anyChannel, rules } = parts
  const advanced = await advanceChallenge(parts, transaction, (challenge) => {
    if (isStrict && challenge.state !== 'awaiting-creq') throw repetition(challenge, creq, transaction)
    return opened(challenge, creq, threeDSSessionData, rules)
  })
  if (advanced.step === undefined && anyChannel !== true) requireInTime(advanced.transaction, isStrict)
  return turnOf(advanced.transaction, advanced.step)
}

/** The session data of the last CReq that brought some goes back. */
function opened (challenge: Challenge, { challengeWindowSize }: OpeningCReq, threeDSSessionData: string | undefined, rules: ChallengeRules): Step {
  const { progress, ...rest } = step(challenge, { type: 'open' }, rules)
  const kept = { challengeWindowSize: progress.challengeWindowSize ?? challengeWindowSize, ...(threeDSSessionData === undefined ? {} : { threeDSSessionData }) }
  const isNews = kept.challengeWindowSize !== progress.challengeWindowSize || (threeDSSessionData ?? progress.threeDSSessionData) !== progress.threeDSSessionData
  return { ...rest, progress: isNews ? { ...progress, ...kept } : progress }
}

/** 2.3.1 has a code of its own for the same once more; the window is all that can differ. */
function repetition ({ progress, messageVersion }: Challenge, { challengeWindowSize }: OpeningCReq, transaction: Transaction): ProtocolError {
  const isSame = challengeWindowSize === progress.challengeWindowSize
  const errorCode = isSame && atLeast(messageVersion, '2.3.1') ? '314' : '305'
  return challengeError(errorCode, isSame ? 'acsTransID' : 'challengeWindowSize', 'The challenge request is not the first', transaction)
}

function turnOf (transaction: Transaction, step?: Step): BrowserTurn {
  return step?.notice === undefined ? { transaction } : { transaction, notice: step.notice }
}

/**
 * Takes what the cardholder did on the page. After the ending it counts for nothing, and neither does what belongs to another
 * screen: the answer is where the challenge stands.
 * @throws as `showBrowserChallenge`
 */
export async function takeBrowserEvent (
  acsTransID: string, event: ChallengeEvent, parts: BrowserChallengeParts
): Promise<BrowserTurn> {
  const { transaction: found } = await showBrowserChallenge(acsTransID, parts)
  try {
    const advanced = await advanceChallenge(parts, found, (challenge) => step(challenge, event, parts.rules))
    return turnOf(advanced.transaction, advanced.step)
  } catch (error) {
    if (error instanceof MockError && error.code === 'illegal_event') return { transaction: found }
    throw error
  }
}

/**
 * Where the challenge stands, without moving it.
 * @throws RefusedInBrowser A/305 when there is no challenge; MockError `illegal_event` before the first CReq, which says that there
 * may be a page (emv3ds-protocol §5.3); of the store
 */
export async function showBrowserChallenge (acsTransID: string, parts: BrowserChallengeParts): Promise<BrowserTurn> {
  const transaction = await parts.store.findByAcsTransId(acsTransID)
  try {
    requireBrowserChallenge(transaction, parts)
  } catch (error) {
    throw new RefusedInBrowser(transaction, error as ProtocolError)
  }
  if (!isPossible(challengeOf(transaction), 'look', parts.rules)) throw new MockError('illegal_event', 'The challenge request (CReq) has not come yet')
  return { transaction: await parts.reporting.settled(transaction) }
}

function requireBrowserChallenge (transaction: Transaction, { anyChannel = false }: BrowserChallengeParts): void {
  requireChallenge(transaction)
  if (!anyChannel && transaction.aReq.deviceChannel === '01') throw noChallenge('The challenge of this transaction is in an app', transaction)
}
