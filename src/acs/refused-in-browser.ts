import { ProtocolError } from '../errors.ts'
import type { ErroIds } from '../protocol/refusal.ts'
import { erroIdsOf } from '../transaction/erro-ids.ts'
import type { Transaction } from '../transaction/transaction.ts'

/** What a browser asked for was refused, and it is known whose challenge it is about: its 3DS Requestor can be told. */
export class RefusedInBrowser extends ProtocolError {
  readonly transaction: Transaction

  /** @param ids that the `Erro` names, in place of those of `error` */
  constructor (transaction: Transaction, { message, erro }: ProtocolError, ids: ErroIds = erroIdsOf(transaction)) {
    const { errorCode, errorComponent, errorDetail } = erro
    super(message, { errorCode, errorComponent, errorDetail, errorMessageType: 'CReq', ...ids })
    this.transaction = transaction
  }
}
