// What an SDK needs for a challenge (emv3ds-protocol §13.3, §13.4), as cheap as it can be: the load must not be what is measured.
import { createCipheriv, createDecipheriv, createECDH, createHash, createHmac } from 'node:crypto'

const ecdh = createECDH('prime256v1')
ecdh.setPrivateKey(createHash('sha256').update('an SDK that is no real one').digest())
const point = ecdh.getPublicKey()

export const SDK_TRANS_ID = '6e1f9d28-b34c-4a70-95e8-03c7d2a4f6b1'
export const SDK_REFERENCE = '3DS_LOA_SDK_MOCK_020200_00001'
export const sdkEphemPubKey = { kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url') }

/** The key of an app challenge. @param {string} acsSignedContent whose signature nobody checks here */
export function sessionKey (acsSignedContent) {
  const { x, y } = JSON.parse(Buffer.from(/** @type {string} */ (acsSignedContent.split('.')[1]), 'base64url').toString()).acsEphemPubKey
  const z = ecdh.computeSecret(Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]))
  const length = Buffer.alloc(12)
  length.writeUInt32BE(SDK_REFERENCE.length, 8)
  return createHash('sha256').update(Buffer.concat([Buffer.from([0, 0, 0, 1]), z, length, Buffer.from(SDK_REFERENCE), Buffer.from([0, 0, 1, 0])])).digest()
}

/**
 * @param {string} plaintext @param {Buffer} key @param {Record<string, unknown>} header
 * @returns {string} compact JWE, encrypted as `header.enc` wants, by A128GCM if it wants neither
 */
export function seal (plaintext, key, header) {
  const aad = Buffer.from(JSON.stringify(header)).toString('base64url')
  if (header['enc'] !== 'A128CBC-HS256') {
    const [, counter = '000'] = /"sdkCounterStoA":"(\d{3})"/.exec(plaintext) ?? []
    const iv = Buffer.alloc(12)
    iv[11] = Number(counter)
    const cipher = createCipheriv('aes-128-gcm', key.subarray(0, 16), iv).setAAD(Buffer.from(aad))
    const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()])
    return [aad, '', iv.toString('base64url'), ciphertext.toString('base64url'), cipher.getAuthTag().toString('base64url')].join('.')
  }
  const iv = Buffer.alloc(16, 7)
  const cipher = createCipheriv('aes-128-cbc', key.subarray(16), iv)
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()])
  const bits = Buffer.alloc(8)
  bits.writeUInt32BE(aad.length * 8, 4)
  const tag = createHmac('sha256', key.subarray(0, 16)).update(aad).update(iv).update(ciphertext).update(bits).digest().subarray(0, 16)
  return [aad, '', iv.toString('base64url'), ciphertext.toString('base64url'), tag.toString('base64url')].join('.')
}

/** What an A128CBC-HS256 JWE of the ACS says; its tag is not checked. @param {string} jwe @param {Buffer} key */
export function unseal (jwe, key) {
  const [, , iv = '', ciphertext = ''] = jwe.split('.')
  const decipher = createDecipheriv('aes-128-cbc', key.subarray(16), Buffer.from(iv, 'base64url'))
  return JSON.parse(Buffer.concat([decipher.update(ciphertext, 'base64url'), decipher.final()]).toString())
}
