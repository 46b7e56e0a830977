import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto'

/** The two content encryptions of EMV 3DS: RFC 7518 §5.2.3 and §5.3. */
export type ContentEncryption = 'A128CBC-HS256' | 'A128GCM'

/** Bytes that go in: `aad` is the base64url protected header, in ASCII. */
export interface ContentInput {
  key: Uint8Array
  iv: Uint8Array
  aad: string
}

interface Sealed { ciphertext: Buffer, tag: Buffer }

interface ContentCipher {
  /** Bytes. */
  ivLength: number
  seal (plaintext: Uint8Array, input: ContentInput): Sealed
  /** @throws whatever OpenSSL says, or an Error, when the message is not genuine. */
  open (sealed: Sealed, input: ContentInput): Buffer
}

const TAG_LENGTH = 16

const gcm: ContentCipher = {
  ivLength: 12,
  seal (plaintext, { key, iv, aad }) {
    const cipher = createCipheriv('aes-128-gcm', key, iv, { authTagLength: TAG_LENGTH })
    cipher.setAAD(Buffer.from(aad, 'ascii'))
    const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()])
    return { ciphertext, tag: cipher.getAuthTag() }
  },
  open ({ ciphertext, tag }, { key, iv, aad }) {
    const decipher = createDecipheriv('aes-128-gcm', key, iv, { authTagLength: TAG_LENGTH })
    decipher.setAAD(Buffer.from(aad, 'ascii'))
    decipher.setAuthTag(tag)
    return Buffer.concat([decipher.update(ciphertext), decipher.final()])
  }
}

const cbc: ContentCipher = {
  ivLength: 16,
  seal (plaintext, input) {
    const cipher = createCipheriv('aes-128-cbc', input.key.subarray(16), input.iv)
    const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()])
    return { ciphertext, tag: cbcTag(ciphertext, input) }
  },
  open ({ ciphertext, tag }, input) {
    if (!timingSafeEqual(tag, cbcTag(ciphertext, input))) throw new Error('tag differs')
    const decipher = createDecipheriv('aes-128-cbc', input.key.subarray(16), input.iv)
    return Buffer.concat([decipher.update(ciphertext), decipher.final()])
  }
}

/** RFC 7518 §5.2.2.1: the first half of HMAC-SHA256 over AAD, IV, ciphertext and the AAD's length in bits. */
function cbcTag (ciphertext: Uint8Array, { key, iv, aad }: ContentInput): Buffer {
  const aadBits = Buffer.alloc(8)
  aadBits.writeUInt32BE(aad.length * 8, 4)
  const mac = createHmac('sha256', key.subarray(0, 16))
  return mac.update(aad, 'ascii').update(iv).update(ciphertext).update(aadBits).digest().subarray(0, TAG_LENGTH)
}

const CIPHERS: Readonly<Record<ContentEncryption, ContentCipher>> = { 'A128CBC-HS256': cbc, A128GCM: gcm }

/**
 * Encrypts and authenticates.
 * @param input key of 32 bytes (CBC) or 16 (GCM), iv of 16 (CBC) or 12 (GCM)
 */
export function sealContent (enc: ContentEncryption, plaintext: Uint8Array, input: ContentInput): Sealed {
  return CIPHERS[enc].seal(plaintext, input)
}

/**
 * Authenticates and decrypts; tags are compared in constant time.
 * @returns the plaintext, or undefined when tag length, tag, IV length or padding is not right
 */
export function openContent (enc: ContentEncryption, sealed: Sealed, input: ContentInput): Buffer | undefined {
  const cipher = CIPHERS[enc]
  // GCM would take a nonce of any length. A tag of another length is refused by GCM's authTagLength and by timingSafeEqual.
  if (input.iv.length !== cipher.ivLength) return undefined
  try {
    return cipher.open(sealed, input)
  } catch {
    return undefined
  }
}
