import { constants, generateKeyPairSync, sign, X509Certificate, type KeyObject } from 'node:crypto'
import { p256 } from '@noble/curves/nist.js'
import fc from 'fast-check'
import { CompactSign, type CompactJWSHeaderParameters } from 'jose'
import t from 'tap'
import { buildCertificate } from '../../../src/crypto/certificate-builder.ts'
import { bitString, sequence } from '../../../src/crypto/der.ts'
import { DsCryptoError } from '../../../src/crypto/ds-crypto-error.ts'
import { certificatePem } from '../../../src/crypto/pem.ts'
import { createSeededKey, type SeededKey } from '../../../src/crypto/seeded-key.ts'
import { verifySdkServerSignedContent } from '../../../src/crypto/split-sdk.ts'
import { createTestCa } from '../../../src/crypto/test-ca.ts'

const NOW = Date.UTC(2026, 10, 20, 12, 30, 0)
const aReq = { sdkReferenceNumber: '3DS_LOA_SDK_TEST_020301_00001', sdkTransID: '51525354-5556-4758-8960-616263646566' }
const content = { ...aReq, splitSdkServerID: 'SPLIT_SDK_SERVER', sdkSignatureTimestamp: '20261120123000' }

const ca = createTestCa('stable')
const rootPem = certificatePem(ca.root)

interface Signer { alg: 'PS256' | 'ES256', privateKey: KeyObject, x5c: string[] }

function spki (key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' })
}

/** A signer whose certificate the authority issued. */
function signerOf (alg: Signer['alg'], { privateKey, publicKey }: { privateKey: KeyObject, publicKey: KeyObject }): Signer {
  return { alg, privateKey, x5c: [ca.issueLeaf(spki(publicKey)), ca.intermediate].map((der) => der.toString('base64')) }
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const signers = { PS256: signerOf('PS256', rsa), ES256: signerOf('ES256', ec) }
const es256 = signers.ES256

/** What the server of a split SDK signs, made by jose. */
async function jws ({ alg, privateKey, x5c }: Signer, payload: object | string = content, header: object = {}): Promise<string> {
  return await new CompactSign(Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)))
    .setProtectedHeader({ alg, x5c, ...header } as CompactJWSHeaderParameters)
    .sign(privateKey)
}

/** A JWS of any header, signed all the same. */
function withHeader (header: unknown, key: KeyObject = ec.privateKey): string {
  const input = [typeof header === 'string' ? header : JSON.stringify(header), JSON.stringify(content)].map((part) => Buffer.from(part).toString('base64url')).join('.')
  return `${input}.${sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}

/** A JWS of PS256 with a salt of this many bytes, which jose does not let one choose. */
function withSalt (saltLength: number, { alg, x5c, privateKey: key }: Signer): string {
  const input = [{ alg, x5c }, content].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  return `${input}.${sign('sha256', Buffer.from(input), { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }).toString('base64url')}`
}

type Options = Parameters<typeof verifySdkServerSignedContent>[1]

function verify (text: string, options: Partial<Options> = {}) {
  return verifySdkServerSignedContent(text, { aReq, roots: [rootPem], now: NOW, checkTimestamp: true, ...options })
}

/** Verifies it and tells what an `Erro` would say; anything but the closed error is thrown on. */
function refusalOf (text: string, options?: Partial<Options>): string {
  try {
    verify(text, options)
    return 'accepted'
  } catch (error) {
    if (!(error instanceof DsCryptoError) || error.cause !== undefined) throw error
    return `${error.errorCode} ${error.errorDetail}`
  }
}

/** Leaves version and extensions out of a certificate and has it signed again. */
function asVersion1 (certificate: Buffer, sign: (bytes: Uint8Array) => Uint8Array): Buffer {
  const [toBeSigned, algorithm] = elementsOf(contentOf(certificate)) as [Buffer, Buffer]
  const content = sequence(...elementsOf(contentOf(toBeSigned)).slice(1, -1))
  return sequence(content, algorithm, bitString(sign(content)))
}

function lengthsOf (der: Buffer): { header: number, content: number } {
  const first = der.readUInt8(1)
  return first < 0x80 ? { header: 2, content: first } : { header: 2 + (first & 0x7f), content: der.readUIntBE(2, first & 0x7f) }
}

function contentOf (der: Buffer): Buffer {
  const { header, content } = lengthsOf(der)
  return der.subarray(header, header + content)
}

function elementsOf (content: Buffer): Buffer[] {
  if (content.length === 0) return []
  const { header, content: length } = lengthsOf(content)
  return [content.subarray(0, header + length), ...elementsOf(content.subarray(header + length))]
}

const wrongSignature = '308 sdkServerSignedContent has a wrong signature'
const wrongChain = '308 sdkServerSignedContent has a certificate chain that does not lead to a root of the Directory Server'

for (const signer of Object.values(signers)) {
  t.test(`${signer.alg}: content below the root of the Directory Server is accepted, emv3ds-protocol §13.6`, async (t) => {
    t.strictSame(verify(await jws(signer)), content)
    t.strictSame(verify(await jws(signer, { ...content, more: 1 }, { typ: 'JOSE', kid: 'x' })), content, 'what else it says is not handed on')
    t.strictSame(verify(await jws({ ...signer, x5c: [...signer.x5c, ca.root.toString('base64')] })), content, 'with the root sent along')
  })

  t.test(`${signer.alg}: header, payload and signature are covered, 308`, async (t) => {
    const [header, payload, signature] = (await jws(signer)).split('.') as [string, string, string]
    const bytes = Buffer.from(signature, 'base64url')
    bytes.writeUInt8(bytes.readUInt8(40) ^ 1, 40)
    const b64u = (text: string) => Buffer.from(text).toString('base64url')
    for (const tampered of [
      [b64u(`${Buffer.from(header, 'base64url').toString()} `), payload, signature],
      [header, b64u(JSON.stringify({ ...content, splitSdkServerID: 'ANOTHER' })), signature],
      [header, payload, bytes.toString('base64url')],
      [header, payload, bytes.subarray(1).toString('base64url')],
      [header, payload, '']
    ]) t.equal(refusalOf(tampered.join('.')), wrongSignature)
  })

  t.test(`${signer.alg}: the key of the certificate counts, no other, 308`, async (t) => {
    const other = Object.values(signers).find(({ alg }) => alg !== signer.alg) as Signer
    t.equal(refusalOf(await jws({ ...signer, x5c: other.x5c })), wrongSignature, 'of another kind')
    const stranger = signer.alg === 'PS256' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const jwk = stranger.publicKey.export({ format: 'jwk' })
    t.equal(refusalOf(await jws({ ...signer, privateKey: stranger.privateKey }, content, { jwk })), wrongSignature, 'not even where the header says so')
  })
}

t.test('RSA below 2048 bits, RSA for PSS alone and other curves than P-256 do not sign, 308', async (t) => {
  const short = generateKeyPairSync('rsa', { modulusLength: 1024 })
  const pssOnly = generateKeyPairSync('rsa-pss', { modulusLength: 2048 })
  for (const pair of [short, pssOnly]) t.equal(refusalOf(withSalt(32, signerOf('PS256', pair))), wrongSignature)
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' })
  t.equal(refusalOf(withHeader({ alg: 'ES256', x5c: signerOf('ES256', p384).x5c }, p384.privateKey)), wrongSignature)
})

t.test('PS256 has a salt as long as its hash, RFC 7518 §3.5', async (t) => {
  t.equal(refusalOf(withSalt(32, signers.PS256)), 'accepted')
  t.equal(refusalOf(withSalt(20, signers.PS256)), wrongSignature)
})

t.test('a chain that does not lead to the root is refused, 308', async (t) => {
  const [leaf, intermediate] = es256.x5c as [string, string]
  const strangers = createTestCa('other')
  const strange = [strangers.issueLeaf(spki(ec.publicKey)), strangers.intermediate, strangers.root].map((der) => der.toString('base64')) as [string, string, string]
  for (const x5c of [[leaf], [intermediate, leaf], [leaf, leaf], strange, strange.slice(0, 2), [leaf, strange[1]], [strange[0], intermediate]]) {
    t.equal(refusalOf(withHeader({ alg: 'ES256', x5c })), wrongChain)
  }
  const theirs = certificatePem(strangers.root)
  t.equal(refusalOf(await jws(es256), { roots: [theirs] }), wrongChain)
  t.equal(refusalOf(await jws(es256), { roots: [] }), wrongChain)
  for (const roots of [[theirs], [rootPem, theirs], [theirs, rootPem]]) t.equal(refusalOf(await jws({ ...es256, x5c: strange }), { roots }), 'accepted')
})

t.test('only an authority issues, RFC 5280 §6.1.4: the owner of a certificate cannot make another, 308', async (t) => {
  const owner = createSeededKey('stable', 'owner')
  const signs = ({ scalar }: SeededKey) => (bytes: Uint8Array) => p256.sign(bytes, scalar, { prehash: true, lowS: false, format: 'der' })
  const forge = (issuer: string) => buildCertificate({
    subject: 'Forged', issuer, publicKey: spki(ec.publicKey), issuerPublicKey: owner.publicKey
  }, signs(owner))
  const commonName = (der: Buffer) => /CN=(.*)$/.exec(new X509Certificate(der).subject)?.[1] as string
  const ownerLeaf = ca.issueLeaf(owner.publicKey)
  // Version 1 has no extensions, so that nothing says what its key is not for, RFC 5280 §4.1.2.1.
  const fromIntermediate = buildCertificate({
    subject: 'Version 1', issuer: commonName(ca.intermediate), publicKey: owner.publicKey, issuerPublicKey: createSeededKey('stable', 'intermediate').publicKey
  }, (bytes) => bytes)
  const version1 = asVersion1(fromIntermediate, signs(createSeededKey('stable', 'intermediate')))
  for (const issuer of [ownerLeaf, version1]) {
    const forged = forge(commonName(issuer))
    t.ok(new X509Certificate(forged).verify(new X509Certificate(issuer).publicKey))
    t.equal(refusalOf(withHeader({ alg: 'ES256', x5c: [forged, issuer, ca.intermediate].map((der) => der.toString('base64')) })), wrongChain)
  }
  const ofVersion1 = [version1, ca.intermediate].map((der) => der.toString('base64'))
  t.equal(refusalOf(withHeader({ alg: 'ES256', x5c: ofVersion1 }, owner.privateKey)), 'accepted', 'it may sign for itself')
  const selfSigned = buildCertificate({
    subject: 'Own root', issuer: 'Own root', publicKey: owner.publicKey, issuerPublicKey: owner.publicKey
  }, signs(owner))
  t.equal(refusalOf(withHeader({ alg: 'ES256', x5c: [selfSigned.toString('base64')] }, owner.privateKey)), wrongChain)
  t.equal(refusalOf(withHeader({ alg: 'ES256', x5c: [selfSigned.toString('base64')] }, owner.privateKey), { roots: [certificatePem(selfSigned)] }), wrongChain)
})

t.test('every certificate of the chain is valid now, 308', async (t) => {
  for (const now of [Date.UTC(2019, 11, 31), Date.UTC(2050, 0, 2)]) {
    t.equal(refusalOf(await jws(es256), { now, checkTimestamp: false }), wrongChain)
  }
})

t.test('x5c is a list of one to four certificates, 308', async (t) => {
  for (const x5c of [undefined, null, '', [], {}, es256.x5c[0], [1], [[]], Array(5).fill(es256.x5c[0])]) {
    t.equal(refusalOf(withHeader({ alg: 'ES256', x5c })), '308 sdkServerSignedContent has an unusable x5c')
  }
  for (const x5c of [[''], ['AAAA'], ['-----BEGIN CERTIFICATE-----'], [es256.x5c[0], '']]) {
    t.equal(refusalOf(withHeader({ alg: 'ES256', x5c })), wrongChain)
  }
})

t.test('other algorithms than PS256 and ES256 are refused by name only, 308', async (t) => {
  for (const alg of ['none', 'HS256', 'RS256', 'ES384', 'EdDSA', '', 'constructor', '__proto__', undefined, null, 1, ['ES256']]) {
    t.equal(refusalOf(withHeader({ alg, x5c: es256.x5c })), '308 sdkServerSignedContent has an unsupported alg')
  }
})

t.test('a header that is no object, or brings crit, is refused, 308', async (t) => {
  for (const header of ['', '{', 'null', '[]', { alg: 'ES256', x5c: es256.x5c, crit: ['b64'], b64: false }, { alg: 'ES256', x5c: es256.x5c, crit: [] }]) {
    t.equal(refusalOf(withHeader(header)), '308 sdkServerSignedContent has an unusable header')
  }
  const twice = JSON.stringify({ alg: 'none', x5c: es256.x5c }).replace('{', '{"__proto__":{"crit":[]},').replace(/}$/, ',"alg":"ES256"}')
  t.equal(refusalOf(withHeader(twice)), 'accepted', 'of a parameter sent twice the last counts, RFC 7515 §4')
})

t.test('what is no compact JWS, or longer than 64000 characters, is not of its format, 203', async (t) => {
  const good = await jws(es256)
  const [header, payload, signature] = good.split('.')
  for (const text of ['', '..', '.', good.replaceAll('.', ' '), `${good}.`, `.${good}`, `${good}=`, ` ${good}`, `${header}.${payload}`, `${header}=.${payload}.${signature}`, `${header}.+.${signature}`]) {
    t.match(refusalOf(text), /^(?:203 sdkServerSignedContent|308 sdkServerSignedContent has an unusable header)$/)
  }
  const padded = async (length: number) => await jws(es256, { ...content, padding: '1'.repeat(length) })
  t.equal(refusalOf(await padded(40_000)), 'accepted')
  t.equal(refusalOf(await padded(48_000)), '203 sdkServerSignedContent')
})

t.test('content about another SDK or transaction than the AReq is well signed and of no use for it, 305 (§12.2)', async (t) => {
  for (const [member, value] of [['sdkReferenceNumber', '3DS_LOA_SDK_TEST_020301_00002'], ['sdkTransID', '61525354-5556-4758-8960-616263646566']] as const) {
    const detail = `305 sdkServerSignedContent has another ${member} than the AReq`
    t.equal(refusalOf(await jws(es256, { ...content, [member]: value })), detail)
    t.equal(refusalOf(await jws(es256), { aReq: { ...aReq, [member]: value } }), detail)
    t.equal(refusalOf(await jws(es256), { aReq: { ...aReq, [member]: '' } }), detail)
    t.equal(refusalOf(await jws(es256), { aReq: { ...aReq, [member]: undefined } }), detail)
  }
  t.equal(refusalOf(await jws(es256, { ...content, sdkTransID: content.sdkTransID.toUpperCase() })), 'accepted', 'an id may change its case, §1')
  t.equal(refusalOf(await jws(es256, { ...content, sdkReferenceNumber: content.sdkReferenceNumber.toLowerCase() })).slice(0, 3), '305')
})

t.test('a member that is missing or not of its format is 203 and named', async (t) => {
  const wrong = {
    sdkReferenceNumber: [undefined, null, 1, '', 'x'.repeat(33)],
    sdkTransID: [undefined, null, 1, '', 'x', '51525354-5556-4758-8960-61626364656'],
    splitSdkServerID: [undefined, null, {}, '', 'x'.repeat(33)],
    sdkSignatureTimestamp: [
      undefined, null, 20261120123000, '', '2026112012300', '202611201230000', '20261120123000Z', '2026-11-20T12:30:00Z', '20261320123000', '20260431123000',
      '20261120240000', '20261120126000', '20261120123060', '00000000000000', 'x'.repeat(14), ' 0261120123000'
    ]
  }
  for (const [member, values] of Object.entries(wrong)) {
    for (const value of values) {
      for (const checkTimestamp of [true, false]) {
        t.equal(refusalOf(await jws(es256, { ...content, [member]: value }), { checkTimestamp }), `203 sdkServerSignedContent.${member}`)
      }
    }
  }
  for (const payload of ['', '{', '[]', 'null', '"x"']) t.equal(refusalOf(await jws(es256, payload)), '203 sdkServerSignedContent')
})

t.test('the timestamp is at most 30 minutes off, 203, unless that is not asked for', async (t) => {
  const at = async (sdkSignatureTimestamp: string, checkTimestamp = true) => refusalOf(await jws(es256, { ...content, sdkSignatureTimestamp }), { checkTimestamp })
  for (const time of ['20261120120000', '20261120130000']) t.equal(await at(time), 'accepted')
  for (const time of ['20261120115959', '20261120130001', '20251120123000', '20271120123000', '20240229123000']) {
    t.equal(await at(time), '203 sdkServerSignedContent.sdkSignatureTimestamp')
    t.equal(await at(time, false), 'accepted')
  }
  const late = { ...content, sdkSignatureTimestamp: '20261120115959', sdkReferenceNumber: 'OTHER' }
  t.equal(refusalOf(await jws(es256, late)).slice(0, 3), '203', 'before 305, as in §3')
})

t.test('hostile content never causes any other error, nor one that shows it', async () => {
  const samples = await Promise.all(Object.values(signers).map(async (signer) => await jws(signer)))
  await fc.assert(fc.property(fc.constantFrom(...samples), fc.nat(), fc.string({ maxLength: 8 }), (text, at, replacement) => {
    const position = at % text.length
    const mutated = text.slice(0, position) + replacement + text.slice(position + Math.max(1, replacement.length))
    return mutated === text || /^(?:203 sdkServerSignedContent|308 sdkServerSignedContent [a-zA-Z0-9 ]+)$/.test(refusalOf(mutated))
  }), { numRuns: 400 })
})
