import { createHash } from 'node:crypto'
import {
  bitString, element, integer, objectIdentifier, octetString, sequence, setOf, smallInteger, TRUE, utcTime, utf8String
} from './der.ts'
import { generalName } from './general-names.ts'

/** Where nothing else is said: an SDK with a wound clock still finds the chain valid, and the bytes never change. UTCTime ends in 2049. */
const VALIDITY: Validity = { from: Date.UTC(2020, 0, 1), to: Date.UTC(2049, 11, 31, 23, 59, 59) }
const VERSION_3 = element(0xa0, smallInteger(2))
const ECDSA_WITH_SHA256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'))

/** Key usage bits of RFC 5280 §4.2.1.3 with the number of unused ones. */
const KEY_USAGE = {
  authority: bitString(Buffer.from([0b0000_0110]), 1),
  signature: bitString(Buffer.from([0b1000_0000]), 7)
}

/** Key purposes of RFC 5280 §4.2.1.12. */
const KEY_PURPOSE = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' } as const

/** Unix times in ms, of which the seconds count; before 2050. */
export interface Validity { from: number, to: number }

/** What a certificate says, RFC 5280 §4.1. */
export interface CertificateContent {
  /** Common names. */
  subject: string
  issuer: string
  /** SubjectPublicKeyInfo, DER. */
  publicKey: Uint8Array
  /** SubjectPublicKeyInfo of the signer, DER. */
  issuerPublicKey: Uint8Array
  /** How many authorities may follow below this one; absent: not an authority. */
  pathLength?: number
  validity?: Validity
  /** For which end of a TLS connection; absent: for none. */
  tls?: {
    purpose: keyof typeof KEY_PURPOSE
    /** As `generalName()` takes them; may be none. */
    hosts: readonly string[]
  }
}

/**
 * Writes an X.509 v3 certificate whose signer holds an EC P-256 key. Same content, same signer: same bytes.
 * @param sign ECDSA with SHA-256 over its argument, DER signature; deterministic where the bytes shall be
 * @returns DER
 */
export function buildCertificate (content: CertificateContent, sign: (toBeSigned: Uint8Array) => Uint8Array): Buffer {
  const toBeSigned = sequence(
    VERSION_3,
    integer(serialOf(content)),
    ECDSA_WITH_SHA256,
    nameOf(content.issuer),
    validityOf(content),
    nameOf(content.subject),
    content.publicKey,
    element(0xa3, sequence(...extensionsOf(content)))
  )
  return sequence(toBeSigned, ECDSA_WITH_SHA256, bitString(sign(toBeSigned)))
}

/**
 * Key identifier, RFC 5280 §4.2.1.2 (which leaves the method open): the first 20 bytes of SHA-256 over the public key info.
 * @param publicKey SubjectPublicKeyInfo, DER
 */
export function keyIdentifier (publicKey: Uint8Array): Buffer {
  return createHash('sha256').update(publicKey).digest().subarray(0, 20)
}

function validityOf ({ validity: { from, to } = VALIDITY }: CertificateContent): Buffer {
  const time = (ms: number): Buffer => utcTime(`${new Date(ms).toISOString().slice(2, 19).replace(/\D/g, '')}Z`)
  return sequence(time(from), time(to))
}

/**
 * 16 bytes that differ for each key of each issuer, and for each content for TLS: browsers refuse a serial that they know from
 * another certificate. The first is 40 to 7f: positive and without leading zero.
 */
function serialOf ({ publicKey, issuerPublicKey, validity, tls }: CertificateContent): Buffer {
  const hash = createHash('sha256').update(issuerPublicKey).update(publicKey)
  if (tls !== undefined) hash.update(JSON.stringify([validity, tls]))
  const serial = hash.digest().subarray(0, 16)
  serial.writeUInt8(0x40 | (serial.readUInt8(0) & 0x3f), 0)
  return serial
}

function nameOf (commonName: string): Buffer {
  const attribute = (type: string, value: string) => setOf(sequence(objectIdentifier(type), utf8String(value)))
  return sequence(attribute('2.5.4.10', '3ds-mock-server'), attribute('2.5.4.11', 'For tests only'), attribute('2.5.4.3', commonName))
}

function extensionsOf ({ publicKey, issuerPublicKey, pathLength, tls }: CertificateContent): Buffer[] {
  const isAuthority = pathLength !== undefined
  const extensions = [
    critical('2.5.29.19', isAuthority ? sequence(TRUE, smallInteger(pathLength)) : sequence()),
    critical('2.5.29.15', isAuthority ? KEY_USAGE.authority : KEY_USAGE.signature),
    extension('2.5.29.14', octetString(keyIdentifier(publicKey)))
  ]
  // A self-signed certificate is its own authority, RFC 5280 §4.2.1.1.
  if (publicKey !== issuerPublicKey) extensions.push(extension('2.5.29.35', sequence(element(0x80, keyIdentifier(issuerPublicKey)))))
  if (tls !== undefined) extensions.push(extension('2.5.29.37', sequence(objectIdentifier(KEY_PURPOSE[tls.purpose]))))
  if (tls?.hosts.length) extensions.push(extension('2.5.29.17', sequence(...tls.hosts.map(generalName))))
  return extensions
}

function critical (type: string, value: Uint8Array): Buffer {
  return sequence(objectIdentifier(type), TRUE, octetString(value))
}

function extension (type: string, value: Uint8Array): Buffer {
  return sequence(objectIdentifier(type), octetString(value))
}
