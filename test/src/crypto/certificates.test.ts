import { spawnSync } from 'node:child_process'
import { createHash, createPublicKey, generateKeyPairSync, sign, verify, X509Certificate, type KeyObject } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compactVerify, importX509 } from 'jose'
import t from 'tap'
import { buildCertificate } from '../../../src/crypto/certificate-builder.ts'
import { CertificateFileError, joinCertificates, nameOf, readCertificateChain, readSigningKey } from '../../../src/crypto/certificate-files.ts'
import { createCertificateSource } from '../../../src/crypto/certificates.ts'
import type { SigningMaterial } from '../../../src/crypto/signing-material.ts'
import { element, objectIdentifier } from '../../../src/crypto/der.ts'
import { createEphemeralKeys } from '../../../src/crypto/ephemeral-keys.ts'
import { createSeededKey } from '../../../src/crypto/seeded-key.ts'
import { signAcsContent, type AcsContent } from '../../../src/crypto/signed-content.ts'
import { createSeededIds } from '../../../src/ids.ts'

const algs = ['ES256', 'PS256'] as const
const NOW = Date.UTC(2026, 10, 20)

function pemOf (der: Uint8Array | string): string {
  return new X509Certificate(typeof der === 'string' ? Buffer.from(der, 'base64') : der).toString()
}

function fingerprint (text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** Leaf, intermediate and root of a source. */
async function chainOf (source: ReturnType<typeof createCertificateSource>): Promise<[X509Certificate, X509Certificate, X509Certificate]> {
  const [leaf, intermediate] = (await source.signingMaterial()).x5c.map((der) => new X509Certificate(Buffer.from(der, 'base64')))
  return [leaf as X509Certificate, intermediate as X509Certificate, new X509Certificate(await source.rootPem())]
}

t.test('a seed gives the same root, byte for byte, in every process and on every Node version', async (t) => {
  const root = async (seed: string) => await createCertificateSource({ seed, alg: 'ES256' }).rootPem()
  t.equal(fingerprint(await root('stable')), '7fe47709f167225d543cadf779110b04acda1df7002e62679f68f961b2d66ac6')
  t.equal(await root('stable'), await root('stable'))
  t.equal(await createCertificateSource({ seed: 'stable', alg: 'PS256' }).rootPem(), await root('stable'), 'whatever it signs with')
  t.not(await root('other'), await root('stable'))
  t.equal(pemOf(new X509Certificate(await root('stable')).raw), await root('stable'), 'PEM as OpenSSL writes it')
})

t.test('with ES256 a seed gives the same whole chain everywhere', async (t) => {
  const x5c = async (seed: string) => (await createCertificateSource({ seed, alg: 'ES256' }).signingMaterial()).x5c
  t.strictSame(await x5c('stable'), await x5c('stable'))
  t.equal(fingerprint((await x5c('stable')).join()), 'a8f8e74b9037584e785c2ef7fb4fd1b739d76a947f07b197be1133b64181c095')
  const [first, second] = [await x5c('stable'), await x5c('other')]
  t.equal(new Set([...first, ...second]).size, 4)
})

for (const alg of algs) {
  t.test(`${alg}: leaf, intermediate and root form a chain, RFC 5280 §6`, async (t) => {
    const source = createCertificateSource({ seed: 'chain', alg })
    const { key, x5c } = await source.signingMaterial()
    t.equal(x5c.length, 2, 'the root is not sent, emv3ds-protocol §13.2')
    const [leaf, intermediate, root] = await chainOf(source)
    for (const [certificate, issuer] of [[leaf, intermediate], [intermediate, root], [root, root]] as const) {
      t.ok(certificate.checkIssued(issuer))
      t.ok(certificate.verify(issuer.publicKey))
    }
    t.notOk(leaf.checkIssued(root))
    t.strictSame([leaf.ca, intermediate.ca, root.ca], [false, true, true])
    t.ok(leaf.checkPrivateKey(key))
    t.equal(new Set([leaf, intermediate, root].map(({ serialNumber }) => serialNumber)).size, 3)
    t.strictSame([leaf.validFrom, leaf.validTo], ['Jan  1 00:00:00 2020 GMT', 'Dec 31 23:59:59 2049 GMT'])
    t.match(leaf.subject, /^O=3ds-mock-server\nOU=For tests only\nCN=3DS Mock ACS [0-9a-f]{8}$/)
    t.equal(leaf.publicKey.asymmetricKeyType, alg === 'ES256' ? 'ec' : 'rsa')
  })
}

t.test('authorities may sign certificates and nothing else, the leaf may sign data and nothing else, RFC 5280 §4.2.1.3 and §4.2.1.9', async (t) => {
  // Object identifier, critical, and the DER of the value: CA and path length; the bits of the key usage.
  const basicConstraints = (value: string) => `0603551d130101ff${value}`
  const keyUsage = (bits: string) => `0603551d0f0101ff0404${bits}`
  const [certSignAndCrlSign, digitalSignature] = ['03020106', '03020780']
  for (const alg of algs) {
    const [leaf, intermediate, root] = await chainOf(createCertificateSource({ seed: 'extensions', alg }))
    for (const [certificate, ...extensions] of [
      [root, basicConstraints('040830060101ff020101'), keyUsage(certSignAndCrlSign)],
      [intermediate, basicConstraints('040830060101ff020100'), keyUsage(certSignAndCrlSign)],
      [leaf, basicConstraints('04023000'), keyUsage(digitalSignature)]
    ] as const) {
      for (const extension of extensions) t.ok(certificate.raw.includes(extension, 'hex'), `${alg} ${certificate.subject} ${extension}`)
    }
  }
})

const opensslIsLeftOut = spawnSync('openssl', ['version']).error !== undefined &&
  'LEFT OUT because there is no openssl on PATH: what OpenSSL says of the certificates was not tested'

t.test('OpenSSL accepts the chain with -x509_strict and reads the extensions as written, RFC 5280 §4.2 and §6', { skip: opensslIsLeftOut }, async (t) => {
  const folder = t.testdir()
  const openssl = (...args: string[]) => {
    const { stdout, stderr } = spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' })
    return `${stdout}${stderr}`
  }
  for (const alg of algs) {
    const [leaf, intermediate, root] = await chainOf(createCertificateSource({ seed: 'openssl', alg }))
    const files = { 'leaf.pem': leaf, 'intermediate.pem': intermediate, 'root.pem': root }
    for (const [name, certificate] of Object.entries(files)) writeFileSync(join(folder, name), certificate.toString())
    t.match(openssl('verify', '-x509_strict', '-CAfile', 'root.pem', '-untrusted', 'intermediate.pem', 'leaf.pem'), /leaf\.pem: OK/)
    t.match(openssl('x509', '-in', 'root.pem', '-noout', '-text'), /critical\s+CA:TRUE, pathlen:1[^]+critical\s+Certificate Sign, CRL Sign/)
    t.match(openssl('x509', '-in', 'intermediate.pem', '-noout', '-text'), /critical\s+CA:TRUE, pathlen:0[^]+critical\s+Certificate Sign, CRL Sign/)
    t.match(openssl('x509', '-in', 'leaf.pem', '-noout', '-text'), /critical\s+CA:FALSE[^]+critical\s+Digital Signature\n/)
  }
})

t.test('signing material and root are made once', async (t) => {
  const source = createCertificateSource({ seed: 'once', alg: 'PS256' })
  const [first, second] = await Promise.all([source.signingMaterial(), source.signingMaterial()])
  t.equal(first, second)
  t.equal(await source.signingMaterial(), first)
  t.equal(source.rootPem(), source.rootPem())
})

const ids = createSeededIds('signed content')
const emv: AcsContent = {
  acsURL: 'https://acs.test/acs/app?ü=1',
  acsEphemPubKey: createEphemeralKeys(ids).publicKey,
  sdkEphemPubKey: createEphemeralKeys(ids).publicKey
}

/** Verifies as an SDK does, with jose and the first certificate only. */
async function verified (jws: string, { alg, x5c }: SigningMaterial): Promise<{ header: unknown, content: unknown }> {
  const { payload, protectedHeader } = await compactVerify(jws, await importX509(pemOf(x5c[0] as string), alg))
  return { header: protectedHeader, content: JSON.parse(Buffer.from(payload).toString()) }
}

for (const alg of algs) {
  t.test(`${alg}: jose verifies acsSignedContent with the key of x5c[0], emv3ds-protocol §13.2`, async (t) => {
    const material = await createCertificateSource({ seed: 'sign', alg }).signingMaterial()
    const jws = await signAcsContent(emv, material)
    t.strictSame(await verified(jws, material), { header: { alg, x5c: material.x5c }, content: emv })
    t.equal(Buffer.from(jws.split('.')[2] as string, 'base64url').length, alg === 'ES256' ? 64 : 256, 'raw signature')
    t.match(jws, /^[\w-]+\.[\w-]+\.[\w-]+$/)
    await t.rejects(verified(`${jws.slice(0, -8)}AAAAAAAA`, material), { code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' })
  })

  t.test(`${alg}: the original's claims and typ, compatibility §3.2`, async (t) => {
    const material = await createCertificateSource({ seed: 'sign', alg }).signingMaterial()
    const { sdkEphemPubKey, ...old } = emv
    const content = { acsTransID: '0a0b0c0d-1111-4222-8333-444455556666', acsRefNumber: 'issuer1', ...old }
    const jws = await signAcsContent(content, material, { legacy: true })
    t.strictSame(await verified(jws, material), { header: { typ: 'JWT', alg, x5c: material.x5c }, content })
    t.strictSame(await verified(await signAcsContent(content, material), material), { header: { alg, x5c: material.x5c }, content: old }, 'EMV has neither')
  })
}

t.test('PS256 has a salt of exactly 32 bytes, RFC 7518 §3.5', async (t) => {
  const material = await createCertificateSource({ seed: 'salt', alg: 'PS256' }).signingMaterial()
  const [header, content, signature] = (await signAcsContent(emv, material)).split('.') as [string, string, string]
  const isValid = (saltLength: number) => verify('sha256', Buffer.from(`${header}.${content}`),
    { key: createPublicKey(material.key), padding: 6, saltLength }, Buffer.from(signature, 'base64url'))
  t.strictSame([20, 32, 222].map(isValid), [false, true, false])
})

/** A chain of the operator's own: the leaf holds any key, EC keys sign. */
function ownChain (publicKey: KeyObject): { leaf: string, intermediate: string, root: string } {
  const [rootKey, intermediateKey] = [createSeededKey('operator', 'root'), createSeededKey('operator', 'intermediate')]
  const signer = (key: KeyObject) => (data: Uint8Array) => sign('sha256', data, key)
  const leafKey = publicKey.export({ type: 'spki', format: 'der' })
  const root = buildCertificate({
    subject: 'root', issuer: 'root', publicKey: rootKey.publicKey, issuerPublicKey: rootKey.publicKey, pathLength: 1
  }, signer(rootKey.privateKey))
  const intermediate = buildCertificate({
    subject: 'intermediate', issuer: 'root', publicKey: intermediateKey.publicKey, issuerPublicKey: rootKey.publicKey, pathLength: 0
  }, signer(rootKey.privateKey))
  const leaf = buildCertificate({
    subject: 'leaf', issuer: 'intermediate', publicKey: leafKey, issuerPublicKey: intermediateKey.publicKey
  }, signer(intermediateKey.privateKey))
  return { leaf: pemOf(leaf), intermediate: pemOf(intermediate), root: pemOf(root) }
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pkcs8 = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }) as string
const fromFiles = (certPem: string, keyPem: string) => createCertificateSource({
  seed: 's', alg: 'ES256', own: joinCertificates(readCertificateChain(certPem, NOW), readSigningKey(keyPem))
})
const derOf = (pem: string) => new X509Certificate(pem).raw.toString('base64')

t.test('own files: x5c has one entry per certificate without the root, which is the one to trust, RFC 7515 §4.1.6', async (t) => {
  for (const [alg, pair] of [['PS256', rsa], ['ES256', ec]] as const) {
    const { leaf, intermediate, root } = ownChain(pair.publicKey)
    const source = fromFiles(`bag attributes\n${leaf}${intermediate}\r\n${root}`, pkcs8(pair.privateKey))
    const material = await source.signingMaterial()
    t.equal(material.alg, alg, 'the key decides')
    t.strictSame(material.x5c, [derOf(leaf), derOf(intermediate)])
    t.equal(await source.rootPem(), root)
    t.strictSame((await verified(await signAcsContent(emv, material), material)).content, emv)
  }
})

t.test('own files: keys are read in PKCS #1 and SEC 1 form too', async (t) => {
  const { leaf } = ownChain(rsa.publicKey)
  t.equal((await fromFiles(leaf, rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }) as string).signingMaterial()).alg, 'PS256')
  const sec1 = ec.privateKey.export({ type: 'sec1', format: 'pem' }) as string
  t.equal((await fromFiles(ownChain(ec.publicKey).leaf, sec1).signingMaterial()).alg, 'ES256')
})

t.test('own files: without a root the last certificate is the one to trust', async (t) => {
  const { leaf, intermediate } = ownChain(ec.publicKey)
  const source = fromFiles(leaf + intermediate, pkcs8(ec.privateKey))
  t.strictSame((await source.signingMaterial()).x5c, [derOf(leaf), derOf(intermediate)])
  t.equal(await source.rootPem(), intermediate)
})

t.test('own files: a single self-signed certificate is both sent and the one to trust, whether or not it is a CA', async (t) => {
  const publicKey = ec.publicKey.export({ type: 'spki', format: 'der' })
  for (const authority of [{}, { pathLength: 0 }]) {
    const self = pemOf(buildCertificate({ subject: 'self', issuer: 'self', publicKey, issuerPublicKey: publicKey, ...authority },
      (data) => sign('sha256', data, ec.privateKey)))
    const source = fromFiles(self, pkcs8(ec.privateKey))
    t.strictSame((await source.signingMaterial()).x5c, [derOf(self)])
    t.equal(await source.rootPem(), self)
  }
})

t.test('own chains that cannot be used are refused with a reason that shows none of their content', async (t) => {
  const { leaf, intermediate, root } = ownChain(ec.publicKey)
  const broken = leaf.replace(/\n.{64}/, '\nAAAA')
  // The names are right, the signature is another authority's.
  const stranger = createSeededKey('stranger', 'root')
  const foreign = pemOf(buildCertificate({
    subject: 'intermediate', issuer: 'root', publicKey: createSeededKey('operator', 'intermediate').publicKey, issuerPublicKey: createSeededKey('operator', 'root').publicKey, pathLength: 0
  }, (data) => sign('sha256', data, stranger.privateKey)))
  const refused: Array<[string, string]> = [
    ['', 'has no PEM certificate'],
    [pkcs8(ec.privateKey), 'has no PEM certificate'],
    [broken, 'has a certificate 1 that cannot be read'],
    [leaf + broken, 'has a certificate 2 that cannot be read'],
    [leaf + root, 'has a certificate 2 that did not issue certificate 1'],
    [leaf + intermediate + leaf, 'has a certificate 3 that did not issue certificate 2'],
    [leaf + foreign + root, 'has a certificate 3 that did not issue certificate 2']
  ]
  for (const [pem, message] of refused) t.throws(() => readCertificateChain(pem, NOW), new CertificateFileError(message))
})

t.test('own chains are refused before they are valid and after they expired, RFC 5280 §4.1.2.5', async (t) => {
  const { leaf, intermediate, root } = ownChain(ec.publicKey)
  const chain = leaf + intermediate + root
  for (const now of [Date.UTC(2020, 0, 1), Date.UTC(2049, 11, 31, 23, 59, 59)]) t.equal(readCertificateChain(chain, now).length, 3)
  t.throws(() => readCertificateChain(chain, Date.UTC(2019, 11, 31, 23, 59, 59)), new CertificateFileError('has a certificate 1 that is not valid before 2020-01-01'))
  t.throws(() => readCertificateChain(chain, Date.UTC(2050, 0, 1)), new CertificateFileError('has a certificate 1 that expired on 2049-12-31'))
})

t.test('own keys that cannot be used are refused with a reason that names their kind and shows none of their content', async (t) => {
  const [p384, rsa1024, ed25519] = [generateKeyPairSync('ec', { namedCurve: 'P-384' }), generateKeyPairSync('rsa', { modulusLength: 1024 }), generateKeyPairSync('ed25519')]
  const encrypted = ec.privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'x' }) as string
  const refused: Array<[string, string]> = [
    ['', 'has no unencrypted PEM private key'],
    [ownChain(ec.publicKey).leaf, 'has no unencrypted PEM private key'],
    [encrypted, 'has no unencrypted PEM private key'],
    [pkcs8(p384.privateKey), 'has an EC key on P-384'],
    [pkcs8(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey), 'has an EC key on secp256k1'],
    [pkcs8(rsa1024.privateKey), 'has an RSA key of 1024 bits'],
    [pkcs8(ed25519.privateKey), 'has an ed25519 key']
  ]
  for (const [pem, message] of refused) t.throws(() => readSigningKey(pem), new CertificateFileError(message))
  t.strictSame([rsa, ec].map(({ privateKey }) => nameOf(privateKey)), ['an RSA key of 2048 bits', 'an EC key on P-256'])
})

t.test('a key that does not belong to the certificate is refused, of the same kind or another', async (t) => {
  const { leaf } = ownChain(ec.publicKey)
  for (const other of [rsa.privateKey, createSeededKey('x', 'y').privateKey]) t.throws(() => fromFiles(leaf, pkcs8(other)), new CertificateFileError('has another key'))
})

t.test('the same seed and purpose give the same key, another seed or purpose gives another', async (t) => {
  const key = createSeededKey('seed', 'root')
  t.strictSame(createSeededKey('seed', 'root').scalar, key.scalar)
  t.equal(key.scalar.length, 32)
  t.notSame(createSeededKey('seed', 'acs').scalar, key.scalar)
  t.notSame(createSeededKey('deed', 'root').scalar, key.scalar)
  t.ok(verify('sha256', Buffer.from('x'), createPublicKey({ key: key.publicKey, format: 'der', type: 'spki' }), sign('sha256', Buffer.from('x'), key.privateKey)))
})

t.test('DER lengths take as few octets as they need, X.690 §8.1.3 and §10.1', async (t) => {
  const start = (length: number) => element(0x04, Buffer.alloc(length)).subarray(0, -length).toString('hex')
  t.strictSame([1, 127, 128, 255, 256, 4096, 65536].map(start), ['0401', '047f', '048180', '0481ff', '04820100', '04821000', '0483010000'])
  t.equal(objectIdentifier('1.2.840.113549').toString('hex'), '06062a864886f70d', 'X.690 §8.19')
})
