import { constants, sign, type SignKeyObjectInput } from 'node:crypto'
import { promisify } from 'node:util'
import type { PublicJwk } from '../protocol/messages.ts'
import { encodeBase64url } from './base64url.ts'
import type { SigningAlg, SigningMaterial } from './signing-material.ts'

/** Claims of acsSignedContent: EMV's three (emv3ds-protocol §13.2) and the two that the original server added. */
export interface AcsContent {
  acsURL: string
  acsEphemPubKey: PublicJwk
  sdkEphemPubKey?: PublicJwk
  acsTransID?: string
  acsRefNumber?: string
}

/**
 * Signs what the SDK needs to open a secure channel.
 * @param material from `CertificateSource.signingMaterial`; keep the object, its header is built once
 * @param options legacy: `typ` "JWT" in the header and all five claims, as the original server writes it; EMV has three claims
 * @returns compact JWS, header `alg` and `x5c`
 */
export async function signAcsContent (content: AcsContent, material: SigningMaterial, options: { legacy?: boolean } = {}): Promise<string> {
  const headers = headersOf(material)
  const signingInput = options.legacy === true
    ? `${headers.legacy}.${encodeBase64url(JSON.stringify(content))}`
    : `${headers.emv}.${encodeBase64url(JSON.stringify(emvClaims(content)))}`
  const signature = await SIGNERS[material.alg](Buffer.from(signingInput, 'ascii'), material)
  return `${signingInput}.${encodeBase64url(signature)}`
}

const signInPool = promisify(sign) as (algorithm: string, data: Buffer, key: SignKeyObjectInput) => Promise<Buffer>

const SIGNERS: Readonly<Record<SigningAlg, (data: Buffer, material: SigningMaterial) => Buffer | Promise<Buffer>>> = {
  // A quarter of a millisecond each: off the main thread, so that app authentications do not hold up browsers.
  PS256: (data, { key }) => signInPool('sha256', data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }),
  // Cheaper than the way to the thread pool and back.
  ES256: (data, { key }) => sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' })
}

function emvClaims ({ acsURL, acsEphemPubKey, sdkEphemPubKey }: AcsContent): AcsContent {
  return { acsURL, acsEphemPubKey, ...(sdkEphemPubKey === undefined ? {} : { sdkEphemPubKey }) }
}

interface Headers { emv: string, legacy: string }

const builtHeaders = new WeakMap<SigningMaterial, Headers>()

function headersOf (material: SigningMaterial): Headers {
  const built = builtHeaders.get(material) ?? buildHeaders(material)
  builtHeaders.set(material, built)
  return built
}

function buildHeaders ({ alg, x5c }: SigningMaterial): Headers {
  return {
    emv: encodeBase64url(JSON.stringify({ alg, x5c })),
    legacy: encodeBase64url(JSON.stringify({ typ: 'JWT', alg, x5c }))
  }
}
