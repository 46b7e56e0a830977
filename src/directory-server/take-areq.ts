import { noteFindings } from '../exchange/note-findings.ts'
import type { Judgement } from '../protocol/judge.ts'
import type { AReq } from '../protocol/messages.ts'
import type { ReadMessage } from '../protocol/read-message.ts'
import { contextsOf } from '../protocol/second-areq.ts'
import { schemeNamed } from '../protocol/scheme-names.ts'
import type { Scheme } from '../protocol/schemes.ts'
import type { MessageVersion } from '../protocol/versions.ts'
import type { AReqParts, DirectoryAnswer, DsStamp, RoleAddresses } from './ds-parts.ts'
import { DS_REFERENCE_NUMBER } from './identity.ts'
import { judgeSdkServer, requireClock, requireUnused } from './judge-claims.ts'
import { passedOn, unusable, usableARes } from './judge-reply.ts'
import { dsRefusal } from './refuse.ts'
import { attemptFor, notParticipating } from './stand-in.ts'

/** One AReq as it reached the DS. */
export interface AReqCall {
  read: ReadMessage
  addresses: RoleAddresses
  /** The 3DS Requestor's name for the scheme of a co-badged card: over the wire nothing tells it. */
  schemeId?: string | undefined
  /** The 3DS Server of this process passes on what its caller left out: what is wrong with that does not stop it. */
  isTolerated?: boolean
}

/**
 * AReq in, ARes out: judges, looks the card up, passes it on to the ACS, judges what comes back. Nothing is stored here.
 * @returns the ARes as it goes out, and what is to be kept
 * @throws ProtocolError with the `Erro` that goes to the 3DS Server: of the DS, or the ACS's own (emv3ds-protocol §12.3)
 */
export async function takeAReq (call: AReqCall, parts: AReqParts): Promise<DirectoryAnswer> {
  const { read, addresses } = call
  const aReq = read.message as AReq
  // What is tolerated anyway is judged only for whoever reads what was found: it is a fifth of the time of an authentication.
  const isJudged = parts.notesFindings || call.isTolerated !== true
  if (isJudged) settle(parts.judge(read, { messageTypes: ['AReq'], leg: '3DSServer->DS', contexts: contextsOf(read.message) }), call, parts)
  requireClock(aReq, parts)
  if (parts.usedBefore !== undefined) await requireUnused(aReq, parts.usedBefore)
  if ((isJudged || parts.checksClockSkew) && aReq['sdkServerSignedContent'] !== undefined) settle(await judgeSdkServer(aReq, parts), call, parts)
  const stamp: DsStamp = { dsTransID: parts.ids.uuid(), dsReferenceNumber: DS_REFERENCE_NUMBER, dsURL: addresses.dsURL }
  const range = parts.findRange(aReq.acctNumber)
  const chosen = schemeNamed(call.schemeId ?? '')
  if (range === undefined) return { aRes: notParticipating(aReq, { ...stamp, scheme: chosen }, parts), acs: 'here', kept: {} }
  requireVersion(aReq, range.acsProtocolVersions.map(({ version }) => version), stamp)
  const scheme = chosen ?? range.scheme
  const forwarded = typeof aReq['sdkEncData'] === 'string' ? await withDeviceInfo(aReq, scheme, call, parts) : aReq
  const reply = await parts.acs.authenticate(forwarded, stamp, addresses, scheme)
  if ('erro' in reply) throw passedOn(reply.erro, { ...aReq, ...stamp }, parts)
  if ('unreadable' in reply) throw unusable({}, reply.unreadable, aReq, stamp, parts)
  if ('failure' in reply) return { aRes: attemptFor(aReq, reply, { ...stamp, scheme }, range, parts), acs: 'here', kept: {} }
  const kept = scheme === undefined ? reply.kept : { ...reply.kept, scheme }
  return { aRes: usableARes(reply.aRes, aReq, stamp, parts), acs: parts.acs.place, kept: kept ?? {} }
}

function settle ({ refused, findings }: Judgement, { read, isTolerated = false }: AReqCall, parts: AReqParts): void {
  noteFindings(read.message, findings, parts.log)
  if (refused !== undefined && !isTolerated) throw dsRefusal(read.message as AReq, refused)
}

/** emv3ds-protocol §4. */
function requireVersion (aReq: AReq, versions: readonly MessageVersion[], { dsTransID }: DsStamp): void {
  if (versions.includes(aReq.messageVersion)) return
  throw dsRefusal(aReq, { errorCode: '102', errorDetail: versions.join(',') }, { dsTransID })
}

/** The ACS gets the device data opened, and not as the SDK encrypted it: emv3ds-protocol §5.2. */
async function withDeviceInfo (
  aReq: AReq, scheme: Scheme | undefined, { isTolerated = false }: AReqCall, { acs, openDeviceData }: AReqParts
): Promise<AReq> {
  const { sdkEncData, ...forwarded } = aReq
  // Our ACS does not look at it, and SDKs with keys of another DS are tolerated too.
  if (isTolerated && acs.place === 'here') return forwarded as AReq
  return { ...forwarded, deviceInfo: await openDeviceData(aReq, scheme) } as AReq
}
