import type { Test } from 'tap'
import { aRes, erro, rReq } from './messages.ts'
import { type Behaviour, Party, type Reply } from './party.ts'

/** A foreign ACS: takes AReqs from a DS at its `url`, and sends RReqs to the `dsURL` that they name. */
export class Acs extends Party {
  constructor () {
    super({ AReq: authenticated() }, { AReq: 'DS->ACS' })
  }

  /** From now on AReqs are answered so. */
  onAuthentication (behaviour: Behaviour): void {
    this.answers['AReq'] = behaviour
  }

  /**
   * Sends the result of a transaction to where its AReq says.
   * @param threeDSServerTransID of an AReq that was answered here
   * @param members of the RReq, with its `transStatus`
   * @returns the RRes or Erro
   */
  sendResults (threeDSServerTransID: string, members: Record<string, unknown> = {}): Promise<Reply> {
    const { areq, ares } = this.transaction(threeDSServerTransID)
    return this.post(areq.dsURL, rReq(areq, ares, members))
  }

  /** Tells the DS, in a request of its own, what is wrong with a message that it sent. */
  sendErro (dsUrl: string, about: any, errorCode: string, errorDetail: string): Promise<Reply> {
    return this.post(dsUrl, erro(about, 'A', errorCode, errorDetail))
  }
}

/** Starts one for a test. */
export function startAcs (t: Test): Promise<Acs> {
  return new Acs().listen(t)
}

/**
 * An ARes.
 * @param members with its `transStatus`, `Y` by default; for `C` all that a browser's or an app's challenge needs
 */
export function authenticated (members: Record<string, unknown> = {}): Behaviour {
  return ({ message }) => ({ json: aRes(message, members) })
}

/** An Erro of this ACS about the AReq. */
export function authenticationRefused (errorCode: string, errorDetail: string): Behaviour {
  return ({ message }) => ({ json: erro(message, 'A', errorCode, errorDetail) })
}

/** §12.4: an ARes without what it is for. */
export const aResWithoutStatus: Behaviour = ({ message }) => ({ json: { ...aRes(message), transStatus: undefined } })

/** An ARes about another transaction. */
export const aResOfAnother = authenticated({
  threeDSServerTransID: '00000000-0000-4000-8000-000000000001',
  dsTransID: '00000000-0000-4000-8000-000000000002'
})

/** §12.4: an ARes with a reason that is reserved. */
export const aResWithReservedReason = authenticated({ transStatus: 'N', transStatusReason: '79' })
