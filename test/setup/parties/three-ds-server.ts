import type { Test } from 'tap'
import { erro, rRes } from './messages.ts'
import { type Behaviour, emptyAnswer, Party, type Reply } from './party.ts'

/** A foreign 3DS Server: sends AReq and PReq to a DS, takes RReq and OReq at its `url`, which is its `threeDSServerURL`. */
export class ThreeDSServer extends Party {
  constructor () {
    super({ RReq: resultsTaken(), OReq: oRes }, { RReq: 'DS->3DSServer' })
  }

  /** Sends an AReq, with this server's own URL, to a DS. */
  authenticate (dsUrl: string, aReq: any): Promise<Reply> {
    return this.post(dsUrl, { ...aReq, threeDSServerURL: this.url })
  }

  /** Asks a DS for its card ranges. */
  prepare (dsUrl: string, pReq: any): Promise<Reply> {
    return this.post(dsUrl, pReq)
  }

  /** Tells a DS, in a request of its own, what is wrong with a message that it sent. */
  sendErro (dsUrl: string, about: any, errorCode: string, errorDetail: string): Promise<Reply> {
    return this.post(dsUrl, erro(about, 'S', errorCode, errorDetail))
  }

  /** From now on RReqs are answered so. */
  onResults (behaviour: Behaviour): void {
    this.answers['RReq'] = behaviour
  }
}

/** Starts one for a test. */
export function startThreeDSServer (t: Test): Promise<ThreeDSServer> {
  return new ThreeDSServer().listen(t)
}

/** RRes with the `resultsStatus` that fits the RReq, or other members. */
export function resultsTaken (members: Record<string, unknown> = {}): Behaviour {
  return ({ message }) => ({ json: rRes(message, members) })
}

/** An RRes about another transaction. */
export const resultsOfAnother = resultsTaken({
  threeDSServerTransID: '00000000-0000-4000-8000-000000000001',
  dsTransID: '00000000-0000-4000-8000-000000000002',
  acsTransID: '00000000-0000-4000-8000-000000000003'
})

/** An RRes that lacks what it is for. */
export const resultsWithoutStatus = resultsTaken({ resultsStatus: undefined })

/** An Erro of this 3DS Server about the RReq. */
export function resultsRefused (errorCode: string, errorDetail: string): Behaviour {
  return ({ message }) => ({ json: erro(message, 'S', errorCode, errorDetail) })
}

/** §15: only the last OReq of a sequence gets its ORes, with this server's id and number. */
const oRes: Behaviour = (arrival) => {
  const { messageVersion, dsTransID, opSeq } = arrival.message
  if (opSeq.seqNum !== opSeq.seqTotal) return emptyAnswer(arrival)
  return {
    json: {
      messageType: 'ORes',
      messageVersion,
      dsTransID,
      threeDSServerTransID: '00000000-0000-4000-8000-0000000000a1',
      threeDSServerRefNumber: '3DS_LOA_SER_PRTY_020301_00001',
      opStatus: '01'
    }
  }
}
