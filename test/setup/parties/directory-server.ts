import type { Test } from 'tap'
import { erro, forwarded } from './messages.ts'
import { Party, type Behaviour, type Reply } from './party.ts'
import { resultsTaken } from './three-ds-server.ts'

/** A foreign DS: sends AReqs to an ACS with its own `url` as `dsURL`, and takes RReqs there. */
export class DirectoryServer extends Party {
  constructor () {
    super({ RReq: resultsTaken() }, { RReq: 'ACS->DS' })
  }

  /**
   * Sends a 3DS Server's AReq on to an ACS.
   * @param aReq as from a 3DS Server; what a DS adds is added
   * @param members of what is sent, on top
   */
  authenticate (acsUrl: string, aReq: any, members: Record<string, unknown> = {}): Promise<Reply> {
    return this.post(acsUrl, forwarded(aReq, this.url, members))
  }

  /** Sends an OReq to a 3DS Server or an ACS. */
  inform (url: string, oReq: any): Promise<Reply> {
    return this.post(url, oReq)
  }

  /** Tells an ACS or a 3DS Server, in a request of its own, what is wrong with a message that it sent. */
  sendErro (url: string, about: any, errorCode: string, errorDetail: string): Promise<Reply> {
    return this.post(url, erro(about, 'D', errorCode, errorDetail))
  }

  /** From now on RReqs are answered so. The RRes behaviours of the 3DS Server are good here too. */
  onResults (behaviour: Behaviour): void {
    this.answers['RReq'] = behaviour
  }
}

/** Starts one for a test. */
export function startDirectoryServer (t: Test): Promise<DirectoryServer> {
  return new DirectoryServer().listen(t)
}

/** An Erro of this DS about the RReq. */
export function resultsRefusedByDs (errorCode: string, errorDetail: string): Behaviour {
  return ({ message }) => ({ json: erro(message, 'D', errorCode, errorDetail) })
}
