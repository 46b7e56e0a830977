import { createHash, generateKeyPairSync, sign } from 'node:crypto'

/* A browser's payment confirmation, after W3C Secure Payment Confirmation and WebAuthn: what it makes of what an ARes S asks for. */

const PRESENT_AND_VERIFIED = 0x05

/** What a test may have the browser get wrong. */
export interface Slips {
  credential?: Record<string, unknown>
  response?: Record<string, unknown>
  clientData?: Record<string, unknown>
  payment?: Record<string, unknown>
  rpId?: string
  flags?: number
}

/** The credential as `PublicKeyCredential.toJSON()` gives it, signed by a key of its own. */
export function confirmPayment ({ webAuthnCredList: [{ rpID, credentialIds }], spcTransData }: any, slips: Slips = {}): any {
  const { challenge, currency, value, displayName, icon, payeeOrigin, payeeName } = spcTransData
  const clientDataJSON = Buffer.from(JSON.stringify({
    type: 'payment.get',
    challenge,
    origin: 'https://shop.test',
    crossOrigin: false,
    payment: {
      rpId: rpID,
      topOrigin: 'https://shop.test',
      ...(payeeName === undefined ? {} : { payeeName }),
      ...(payeeOrigin === undefined ? {} : { payeeOrigin }),
      total: { currency, value },
      instrument: { displayName, icon },
      ...slips.payment
    },
    ...slips.clientData
  }))
  const counter = Buffer.alloc(4)
  const authenticatorData = Buffer.concat([sha256(slips.rpId ?? rpID), Buffer.of(slips.flags ?? PRESENT_AND_VERIFIED), counter])
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const signature = sign('sha256', Buffer.concat([authenticatorData, sha256(clientDataJSON)]), privateKey)
  const response = { clientDataJSON: base64url(clientDataJSON), authenticatorData: base64url(authenticatorData), signature: base64url(signature), userHandle: null, ...slips.response }
  return { id: credentialIds, rawId: credentialIds, type: 'public-key', authenticatorAttachment: 'platform', clientExtensionResults: {}, response, ...slips.credential }
}

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest()
const base64url = (bytes: Buffer) => bytes.toString('base64url')
