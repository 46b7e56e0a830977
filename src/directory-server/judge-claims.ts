import type { Judgement } from '../protocol/judge.ts'
import type { AReq } from '../protocol/messages.ts'
import { isFarOff } from '../protocol/moments.ts'
import type { Refused } from '../protocol/refusal.ts'
import { atLeast } from '../protocol/versions.ts'
import type { AReqParts } from './ds-parts.ts'
import { dsRefusal } from './refuse.ts'

/**
 * A DS of 2.3.1 may hold the time of a purchase against its own: emv3ds-protocol §3.12.
 * @throws ProtocolError D/203, where that was asked for
 */
export function requireClock (aReq: AReq, { checksClockSkew, clock }: Pick<AReqParts, 'checksClockSkew' | 'clock'>): void {
  const { messageVersion, purchaseDate } = aReq
  if (!checksClockSkew || !atLeast(messageVersion, '2.3.1') || typeof purchaseDate !== 'string') return
  if (isFarOff(purchaseDate, clock.now())) throw dsRefusal(aReq, { errorCode: '203', errorDetail: 'purchaseDate' })
}

/** @throws ProtocolError D/301 for an id of another transaction (emv3ds-protocol §12.2) */
export async function requireUnused (aReq: AReq, usedBefore: NonNullable<AReqParts['usedBefore']>): Promise<void> {
  const refused = await usedBefore(aReq.threeDSServerTransID)
  if (refused !== undefined) throw dsRefusal(aReq, refused)
}

/**
 * What the server of a split SDK signed for, where an AReq carries that: emv3ds-protocol §5.2, §13.6.
 * @throws ProtocolError D/203 for its time, where that was asked for: it is refused even where bad content is tolerated
 */
export async function judgeSdkServer (aReq: AReq, { verifySdkServer, checksClockSkew }: Pick<AReqParts, 'verifySdkServer' | 'checksClockSkew'>): Promise<Judgement> {
  const refused = isSigned(aReq) ? await verifySdkServer(aReq) : undefined
  if (checksClockSkew && refused?.errorDetail === TIMESTAMP) throw dsRefusal(aReq, refused)
  return refused === undefined ? { findings: [] } : { refused, findings: [findingOf(refused)] }
}

const TIMESTAMP = 'sdkServerSignedContent.sdkSignatureTimestamp'

/** In an earlier version, or another channel, it is an element that nobody knows (§3.6). */
function isSigned (aReq: AReq): boolean {
  return atLeast(aReq.messageVersion, '2.3.1') && aReq.deviceChannel === '01' && typeof aReq['sdkServerSignedContent'] === 'string'
}

function findingOf ({ errorCode }: Refused): Judgement['findings'][number] {
  return { errorCode, element: 'sdkServerSignedContent', refused: true }
}
