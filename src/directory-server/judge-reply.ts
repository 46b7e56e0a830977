import { ProtocolError } from '../errors.ts'
import { judgeErro } from '../exchange/judge-answer.ts'
import { noteFindings } from '../exchange/note-findings.ts'
import { contradictionsInARes } from '../protocol/ares-contradictions.ts'
import { differentIds } from '../protocol/different-ids.ts'
import { erroAboutAnswer } from '../protocol/erro-about.ts'
import { soundErro } from '../protocol/erro.ts'
import { inLettersOf } from '../protocol/id-letters.ts'
import type { AReq, ARes, JsonObject } from '../protocol/messages.ts'
import type { ReadMessage } from '../protocol/read-message.ts'
import type { ErroIds, Refused } from '../protocol/refusal.ts'
import type { AReqParts, DsStamp } from './ds-parts.ts'
import { handOn } from './hand-on.ts'
import { dsRefusal, PassedOnErro } from './refuse.ts'

const IDS = ['threeDSServerTransID', 'dsTransID'] as const
const APP_IDS = [...IDS, 'sdkTransID'] as const

/**
 * An ARes that can go to the 3DS Server, its ids in the letters that this asked with.
 * @param aReq as the 3DS Server sent it
 * @throws ProtocolError of one that is at fault
 */
export function usableARes (read: ReadMessage, aReq: AReq, stamp: DsStamp, parts: AReqParts): ARes {
  const aRes = read.message as ARes
  // What our own ACS says goes out as it is: it may have been told to.
  const isOwn = parts.acs.place === 'here'
  if (isOwn && !parts.notesFindings) return aRes
  const judgement = parts.judge(read, {
    messageTypes: ['ARes'], version: aReq.messageVersion, wrong: contradictionsInARes(read.message, aReq), earlier: { areq: aReq as JsonObject }
  })
  noteFindings(read.message, judgement.findings, parts.log)
  if (isOwn) return aRes
  const known = knownIds(aReq, stamp)
  const refused = judgement.refused ?? differentIds(aRes, known, aReq.deviceChannel === '01' ? APP_IDS : IDS) ?? otherDs(aRes, stamp)
  if (refused !== undefined) throw unusable(aRes, refused, aReq, stamp, parts)
  return inLettersOf(handOn(read.message, aReq), known) as ARes
}

/** The ids of an AReq as it went to the ACS. */
function knownIds ({ threeDSServerTransID, sdkTransID }: AReq, { dsTransID }: DsStamp): Pick<ErroIds, 'threeDSServerTransID' | 'dsTransID' | 'sdkTransID'> {
  return { threeDSServerTransID, dsTransID, ...(sdkTransID === undefined ? {} : { sdkTransID }) }
}

/** Reference numbers of an answer equal those of the request (§1); one that is not known here is 303 (§12.2). */
function otherDs (aRes: ARes, { dsReferenceNumber }: DsStamp): Refused | undefined {
  return aRes.dsReferenceNumber === dsReferenceNumber ? undefined : { errorCode: '303', errorDetail: 'dsReferenceNumber' }
}

/** An answer that is at fault is one of the ACS's: both sides hear of it (emv3ds-protocol §12.3). */
export function unusable (answer: Readonly<Record<string, unknown>>, refused: Refused, aReq: AReq, stamp: DsStamp, { acs }: AReqParts): ProtocolError {
  const { messageVersion, threeDSServerTransID } = aReq
  const error = dsRefusal(inLettersOf(answer, knownIds(aReq, stamp)), refused, { messageVersion, threeDSServerTransID, dsTransID: stamp.dsTransID })
  acs.complain(error.erro)
  return error
}

/**
 * An `Erro` of the ACS: it goes to the 3DS Server, unless it is none by the catalogue. Then only the 3DS Server hears of that, as nobody
 * answers an `Erro` (emv3ds-protocol §12.1, §12.3).
 * @param aReq as it went to the ACS
 */
export function passedOn (read: ReadMessage, aReq: AReq, { judge }: AReqParts): ProtocolError {
  const refused = judgeErro(read, judge)
  if (refused === undefined) return new PassedOnErro(soundErro(read.message))
  return new ProtocolError('The ACS answered with an Erro that is none', erroAboutAnswer(aReq, 'Erro', refused, 'D'))
}
