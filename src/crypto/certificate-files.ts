import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto'
import type { SigningAlg, SigningMaterial } from './signing-material.ts'

/** Why the content of a PEM file cannot be used. The message goes on from "this one …" and shows nothing of the content. */
export class CertificateFileError extends Error {
  constructor (message: string) {
    super(message)
    this.name = 'CertificateFileError'
  }
}

/** A private key that can sign acsSignedContent. */
export interface SigningKey { key: KeyObject, alg: SigningAlg }

/** The operator's own chain and key. */
export interface OwnCertificates {
  material: SigningMaterial
  /** The last certificate of the chain, the one an SDK has to trust, PEM. */
  rootPem: string
}

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/**
 * Reads certificates that need not belong together.
 * @param now Unix time in ms, at which all of them must be valid
 * @throws CertificateFileError when one is not, or there is none
 */
export function readCertificates (pem: string, now: number): X509Certificate[] {
  const certificates = (pem.match(PEM_CERTIFICATE) ?? []).map(readCertificate)
  if (certificates.length === 0) throw new CertificateFileError('has no PEM certificate')
  for (const [index, certificate] of certificates.entries()) requireValid(certificate, index + 1, now)
  return certificates
}

/**
 * Reads a certificate chain.
 * @param pem the key's certificate first, then each certificate's issuer; a self-signed root may end it
 * @param now Unix time in ms, at which all of them must be valid
 * @throws CertificateFileError
 */
export function readCertificateChain (pem: string, now: number): X509Certificate[] {
  const chain = readCertificates(pem, now)
  for (const [index, certificate] of chain.entries()) {
    const issuer = chain[index + 1]
    if (issuer !== undefined && !isIssuer(issuer, certificate)) {
      throw new CertificateFileError(`has a certificate ${index + 2} that did not issue certificate ${index + 1}`)
    }
  }
  return chain
}

/**
 * Reads a private key that can sign acsSignedContent.
 * @param pem as `readPrivateKey()` takes it: RSA of 2048 bits or more signs PS256, EC P-256 signs ES256
 * @throws CertificateFileError
 */
export function readSigningKey (pem: string): SigningKey {
  const key = readPrivateKey(pem)
  const { asymmetricKeyType, asymmetricKeyDetails: details } = key
  if (asymmetricKeyType === 'rsa' && Number(details?.modulusLength) >= 2048) return { key, alg: 'PS256' }
  if (asymmetricKeyType === 'ec' && details?.namedCurve === 'prime256v1') return { key, alg: 'ES256' }
  throw new CertificateFileError(`has ${nameOf(key)}`)
}

/**
 * Puts chain and key together. A self-signed root at the end of the chain is to be trusted and not sent to SDKs.
 * @throws CertificateFileError about the key when it is not that of the first certificate
 */
export function joinCertificates (chain: readonly X509Certificate[], { key, alg }: SigningKey): OwnCertificates {
  const [leaf, last] = [chain[0] as X509Certificate, chain.at(-1) as X509Certificate]
  if (!leaf.checkPrivateKey(key)) throw new CertificateFileError('has another key')
  const sent = chain.length > 1 && isIssuer(last, last) ? chain.slice(0, -1) : chain
  return { material: { alg, key, x5c: sent.map((certificate) => certificate.raw.toString('base64')) }, rootPem: last.toString() }
}

/** @returns whether an SDK that trusts this certificate needs no other. @param pem one certificate */
export function isRoot (pem: string): boolean {
  const certificate = new X509Certificate(pem)
  return isIssuer(certificate, certificate)
}

/** Curves that OpenSSL calls otherwise than JOSE and EMV. */
const CURVES: Readonly<Record<string, string>> = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' }

/** @returns the kind of key, for people: `an RSA key of 2048 bits`. */
export function nameOf ({ asymmetricKeyType, asymmetricKeyDetails: details }: KeyObject): string {
  if (asymmetricKeyType === 'rsa') return `an RSA key of ${details?.modulusLength} bits`
  if (asymmetricKeyType === 'ec') return `an EC key on ${CURVES[String(details?.namedCurve)] ?? details?.namedCurve}`
  return `an ${asymmetricKeyType} key`
}

function readCertificate (pem: string, index: number): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch {
    throw new CertificateFileError(`has a certificate ${index + 1} that cannot be read`)
  }
}

function requireValid ({ validFrom, validTo }: X509Certificate, number: number, now: number): void {
  const day = (time: string): string => new Date(time).toISOString().slice(0, 10)
  if (Date.parse(validTo) < now) throw new CertificateFileError(`has a certificate ${number} that expired on ${day(validTo)}`)
  if (Date.parse(validFrom) > now) throw new CertificateFileError(`has a certificate ${number} that is not valid before ${day(validFrom)}`)
}

function isIssuer (issuer: X509Certificate, certificate: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
}

/**
 * Reads a private key of any kind.
 * @param pem PKCS #8, PKCS #1 or SEC 1, unencrypted
 * @throws CertificateFileError
 */
export function readPrivateKey (pem: string): KeyObject {
  try {
    return createPrivateKey(pem)
  } catch {
    throw new CertificateFileError('has no unencrypted PEM private key')
  }
}
