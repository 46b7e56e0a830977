import type { PublicJwk } from '../../protocol/messages.ts'
import type { AuthenticateRequest } from './request-schemas.ts'

/**
 * The SDK's key in any of its forms: an object (both names, also inside `sdkInformation`), or Kty, Crv, X and Y.
 * @returns undefined when there is none, or not all of it
 */
export function sdkKeyOf (request: Pick<AuthenticateRequest, 'sdkEphemPubKey' | 'sdkInformation' | 'kty' | 'crv' | 'x' | 'y'>): PublicJwk | undefined {
  const key = request.sdkEphemPubKey ?? request.sdkInformation?.sdkEphemPubKey
  if (key !== undefined) return { kty: key.kty, crv: key.crv, x: key.x, y: key.y } as PublicJwk
  const { kty, crv, x, y } = request
  if (kty === undefined || crv === undefined || x === undefined || y === undefined) return undefined
  return { kty, crv, x, y } as PublicJwk
}
