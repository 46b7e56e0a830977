import type { DirectoryAnswer, RoleAddresses } from '../directory-server/ds-parts.ts'
import type { Clock } from '../clock.ts'
import { MockError } from '../errors.ts'
import type { CardRange } from '../directory-server/card-ranges/card-range.ts'
import { selectVersion } from '../directory-server/card-ranges/select-version.ts'
import type { AReq, ARes, MessageVersion } from '../protocol/messages.ts'
import { newTransaction } from '../transaction/new-transaction.ts'
import type { RequestorPreferences, Spelling, Transaction } from '../transaction/transaction.ts'
import { completeAReq } from './complete-areq.ts'

/** One authentication as it was asked for. */
export interface AuthenticationCall {
  aReq: AReq
  preferences: RequestorPreferences
  spelling: Spelling
  addresses: RoleAddresses
}

/** What authenticating takes. */
export interface AuthenticationParts {
  clock: Clock
  /** The DS. Rejects with `ProtocolError` where its answer is an `Erro`. */
  directoryServer (aReq: AReq, addresses: RoleAddresses, schemeId?: string): Promise<DirectoryAnswer>
  /** The card ranges of the Directory Server, where it was given some: they say which version is spoken. */
  find?: (acctNumber: string) => CardRange | undefined
  /** Keeps a transaction and sets the timer of its challenge. */
  keep (transaction: Transaction): Promise<void>
  /** Told of each answer. */
  onAnswered (aReq: AReq, aRes: ARes): void
}

/** The answer to an authentication. */
export interface Authenticated {
  /** The AReq as it went out. */
  aReq: AReq
  aRes: ARes
  transaction: Transaction
}

/**
 * Sends the AReq to the DS and keeps the transaction.
 * @throws ProtocolError with the `Erro` that came in place of an ARes; MockError of the store
 */
export async function authenticate (call: AuthenticationCall, parts: AuthenticationParts): Promise<Authenticated> {
  if (parts.find !== undefined) call.aReq.messageVersion = versionFor(call, parts.find)
  const aReq = completeAReq(call.aReq, call.addresses.threeDSServerURL)
  const { aRes, acs, kept } = await parts.directoryServer(aReq, call.addresses, call.preferences.schemeId)
  const transaction = Object.assign(newTransaction(aReq, aRes, parts.clock.now()), kept)
  transaction.preferences = call.preferences
  transaction.spelling = call.spelling
  if (acs === 'elsewhere') transaction.parties = { threeDSServer: 'here', ds: 'here', acs }
  await parts.keep(transaction)
  parts.onAnswered(aReq, aRes)
  return { aReq, aRes, transaction }
}

/** emv3ds-protocol §4. @throws MockError `invalid_request` when the card's ACS speaks none that is wanted */
function versionFor ({ aReq, preferences }: AuthenticationCall, find: NonNullable<AuthenticationParts['find']>): MessageVersion {
  const range = find(aReq.acctNumber)
  const { preferredProtocolVersion, enforcePreferredProtocolVersion } = preferences
  const version = selectVersion({ range, preferredProtocolVersion, enforcePreferredProtocolVersion })
  if (version !== undefined) return version
  const message = 'is not spoken for this card'
  throw new MockError('invalid_request', `preferredProtocolVersion ${message}`, { faults: [{ element: 'preferredProtocolVersion', message }] })
}
