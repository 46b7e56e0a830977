import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto'
import type { SigningMaterial } from './certificates.ts'

/** What is wrong with the files of `CERT_PATH` and `KEY_PATH`; the message names the variable and never shows content. */
export class CertificateFileError extends Error {
  constructor (message: string) {
    super(message)
    this.name = 'CertificateFileError'
  }
}

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/**
 * Reads the operator's own certificate chain and key.
 * @param certPem leaf first, then each certificate's issuer; a self-signed root at the end is not sent to SDKs
 * @param keyPem unencrypted private key of the leaf: RSA of 2048 bits or more signs PS256, EC P-256 signs ES256
 * @returns what to sign with, and the PEM of the last certificate, the one an SDK has to trust
 * @throws CertificateFileError when one of them cannot be read or they do not belong together
 */
export function readCertificateFiles (certPem: string, keyPem: string): { material: SigningMaterial, rootPem: string } {
  const chain = readChain(certPem)
  const key = readKey(keyPem)
  const [leaf, last] = [chain[0] as X509Certificate, chain.at(-1) as X509Certificate]
  if (!leaf.checkPrivateKey(key)) throw new CertificateFileError('KEY_PATH: the key does not belong to the first certificate of CERT_PATH')
  const sent = chain.length > 1 && last.checkIssued(last) ? chain.slice(0, -1) : chain
  return {
    material: { alg: algOf(key), key, x5c: sent.map((certificate) => certificate.raw.toString('base64')) },
    rootPem: last.toString()
  }
}

function readChain (certPem: string): X509Certificate[] {
  const chain = (certPem.match(PEM_CERTIFICATE) ?? []).map(readCertificate)
  if (chain.length === 0) throw new CertificateFileError('CERT_PATH: no PEM certificate found')
  chain.slice(1).forEach((issuer, index) => {
    if (!(chain[index] as X509Certificate).checkIssued(issuer)) {
      throw new CertificateFileError(`CERT_PATH: certificate ${index + 2} did not issue certificate ${index + 1}`)
    }
  })
  return chain
}

function readCertificate (pem: string, index: number): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch {
    throw new CertificateFileError(`CERT_PATH: certificate ${index + 1} cannot be read`)
  }
}

function readKey (keyPem: string): KeyObject {
  try {
    return createPrivateKey(keyPem)
  } catch {
    throw new CertificateFileError('KEY_PATH: no unencrypted PEM private key found')
  }
}

function algOf ({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): SigningMaterial['alg'] {
  if (asymmetricKeyType === 'rsa' && Number(asymmetricKeyDetails?.modulusLength) >= 2048) return 'PS256'
  if (asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1') return 'ES256'
  throw new CertificateFileError('KEY_PATH: the key must be RSA of at least 2048 bits (PS256) or EC P-256 (ES256)')
}
