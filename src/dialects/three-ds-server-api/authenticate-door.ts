import type { Fault } from '../../errors.ts'
import type { JsonObject } from '../../protocol/messages.ts'
import type { RoleAddresses } from '../../directory-server/ds-parts.ts'
import type { Authenticated } from '../../three-ds-server/authenticate.ts'
import type { AnswerSpelling } from '../spelling.ts'
import { authenticateAnswer } from './authenticate-answer.ts'
import { channelFaults, elementFaults, resultAddressFaults, versionFaults } from './authenticate-faults.ts'
import { type AuthenticateCall, toAuthenticateCall } from './authenticate-request.ts'
import { legacyAuthenticateAnswer } from './legacy-answer.ts'
import { type AuthenticateRequest, AuthenticateRequestSchema, LegacyAuthenticateRequestSchema } from './request-schemas.ts'

/** A request in EMV spelling, and what its schema and its spelling made of it. */
export interface HeardRequest {
  body: JsonObject
  /** Absent where the schema refuses the body. */
  call: AuthenticateCall | undefined
  /** Whether its ARes will be C. */
  isChallenged (): boolean
  /** Whether its elements may be compared: what is nested too deeply may not. */
  isComparable: boolean
}

/** How clients are heard and answered at `POST /3ds/authenticate`. */
export interface AuthenticateDoor {
  schema: typeof AuthenticateRequestSchema | typeof LegacyAuthenticateRequestSchema
  /** Everything that the schema does not judge. */
  faultsOf (heard: HeardRequest): Fault[]
  /** @param request as the schema wants it */
  toCall (request: AuthenticateRequest): AuthenticateCall
  /** @param base of the URLs that are given away, without a slash at its end */
  addresses (base: string): RoleAddresses
  answer (authenticated: Authenticated, request: AuthenticateRequest, spelling: AnswerSpelling): JsonObject
}

/** @param base of the URLs that are given away, without a slash at its end */
export function roleAddresses (base: string): RoleAddresses {
  return { acsURL: `${base}/acs/challenge`, acsAppURL: `${base}/acs/app`, threeDSServerURL: `${base}/3ds/results`, dsURL: `${base}/ds` }
}

/** EMV's elements, judged as EMV judges them. */
export const emvDoor: AuthenticateDoor = {
  schema: AuthenticateRequestSchema,
  faultsOf: ({ body, call, isChallenged, isComparable }) => [
    // Only an app needs a key, and only for a challenge.
    ...channelFaults(body, body['deviceChannel'] === '01' && isChallenged()),
    ...versionFaults(body),
    ...resultAddressFaults(body),
    ...(isComparable && call?.isDoubtful !== false ? elementFaults(body) : [])
  ],
  toCall: toAuthenticateCall,
  addresses: roleAddresses,
  answer: (authenticated, _request, spelling) => authenticateAnswer(authenticated, spelling)
}

/** The original's: it looks for what the channel needs, speaks 2.2.0 only, and has paths of its own. */
export const legacyDoor: AuthenticateDoor = {
  schema: LegacyAuthenticateRequestSchema,
  faultsOf: ({ body }) => channelFaults(body, false),
  toCall (request) {
    const call = toAuthenticateCall(request)
    call.aReq.messageVersion = '2.2.0'
    return call
  },
  addresses: (base) => ({
    acsURL: `${base}/processor/mock/acs/trigger-otp`, acsAppURL: `${base}/challenge`, threeDSServerURL: `${base}/3ds/results`, dsURL: `${base}/ds`
  }),
  answer: (authenticated, request, spelling) =>
    legacyAuthenticateAnswer(authenticated, request.cardholderAccount.cardSecurityCode, spelling)
}
