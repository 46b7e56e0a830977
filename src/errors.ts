/** Everything that can go wrong here, by stable code. `plugins/error-answer.ts` is the one place that turns a code into HTTP. */
export type ErrorCode =
  | 'invalid_request'
  | 'transaction_not_found'
  | 'results_not_found'
  | 'invalid_challenge_request'
  | 'protocol_error'
  | 'illegal_event'
  | 'store_conflict'
  | 'store_serialization'
  | 'store_connection'
  | 'store_timeout'
  | RequestErrorCode

/** What is wrong with a request before it is looked at what it asks for, or with where it arrives. */
export type RequestErrorCode =
  | 'client_certificate_required'
  | 'not_found'
  | 'method_not_allowed'
  | 'request_timeout'
  | 'payload_too_large'
  | 'uri_too_long'
  | 'unsupported_media_type'
  | 'range_not_satisfiable'
  | 'expectation_failed'
  | 'too_many_requests'
  | 'headers_too_large'
  | 'internal_error'
  | 'server_closing'

/** One thing wrong with a request. */
export interface Fault {
  /** Path of the element in EMV spelling, parts joined by a dot: `cardholderAccount.acctNumber`. */
  element: string
  /** What is wrong, in words that never repeat the value sent. */
  message: string
  /** Set where the element is absent and has to be there. */
  missing?: true
}

/** An error whose message may be shown to the caller. Private detail goes into `cause`, which is logged and never sent. */
export class MockError extends Error {
  readonly code: ErrorCode
  readonly faults: readonly Fault[]

  constructor (code: ErrorCode, message: string, options: { faults?: readonly Fault[], cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'MockError'
    this.code = code
    this.faults = options.faults ?? []
  }
}

/** What an EMV `Erro` message says: emv3ds-protocol §12.1. */
export interface ErroContent {
  /** Three digits, §12.2. */
  errorCode: string
  /** Who found it: C SDK, S 3DS Server, D DS, A ACS. */
  errorComponent: 'C' | 'S' | 'D' | 'A'
  /** Element names, an id, or words; at most 2048 characters. */
  errorDetail: string
  /** Type of the message at fault, when it could be told. */
  errorMessageType?: string
  messageVersion?: string
  threeDSServerTransID?: string
  dsTransID?: string
  acsTransID?: string
  sdkTransID?: string
}

/** A message that EMV answers with `Erro`. */
export class ProtocolError extends MockError {
  readonly erro: ErroContent

  constructor (message: string, erro: ErroContent, options: { cause?: unknown } = {}) {
    super('protocol_error', message, options)
    this.name = 'ProtocolError'
    this.erro = erro
  }
}
