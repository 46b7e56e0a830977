import { checkPrimeSync, createPrivateKey, privateDecrypt, publicEncrypt } from 'node:crypto'
import { calculateJwkThumbprint } from 'jose'
import t from 'tap'
import { createDsKeys } from '../../../src/crypto/ds-keys.ts'
import { createSeededRsaKey, findPrime } from '../../../src/crypto/seeded-rsa.ts'

const RSA_KID = 'Jo2A17XeaZNHD5Q8x3NClZxHtk_aO37NLFjNXpAn3g8'
const EC_KID = '2a9fKjRc4lmzya3D_ze_lw7Qo7TGwJwPuMAvwwNU1KI'

function toInteger (text: string): bigint {
  return BigInt(`0x${Buffer.from(text, 'base64url').toString('hex')}`)
}

t.test('a seed gives the same public keys in every instance, and the ids by which clients know them', async (t) => {
  const [first, second] = [await createDsKeys({ seed: 'stable' }).jwks(), await createDsKeys({ seed: 'stable' }).jwks()]
  t.strictSame(first, second)
  t.strictSame(first.keys.map(({ kid }) => kid), [RSA_KID, EC_KID])
  t.notSame((await createDsKeys({ seed: 'other' }).find(undefined, 'ECDH-ES'))?.publicJwk, first.keys[1])
})

t.test('the JWKS has one key per algorithm of emv3ds-protocol §13.1, RFC 7517 §4, and nothing private', async (t) => {
  const { keys: [rsa, ec] } = await createDsKeys({ seed: 'stable' }).jwks()
  t.strictSame({ ...rsa, n: '' }, { kty: 'RSA', use: 'enc', alg: 'RSA-OAEP-256', kid: RSA_KID, n: '', e: 'AQAB' })
  t.strictSame({ ...ec, x: '', y: '' }, { kty: 'EC', use: 'enc', alg: 'ECDH-ES', kid: EC_KID, crv: 'P-256', x: '', y: '' })
  for (const jwk of [rsa, ec]) t.equal(await calculateJwkThumbprint(jwk as { kty: string }), jwk?.kid, 'RFC 7638')
})

t.test('a key is found by its id and algorithm, by its algorithm alone, and by nothing else', async (t) => {
  const keys = createDsKeys({ seed: 'stable' })
  const [rsa, ec] = [await keys.find(RSA_KID, 'RSA-OAEP-256'), await keys.find(EC_KID, 'ECDH-ES')]
  t.strictSame([rsa, ec].map((key) => key?.publicJwk), (await keys.jwks()).keys)
  t.equal(await keys.find(undefined, 'RSA-OAEP-256'), rsa)
  t.equal(await keys.find(undefined, 'ECDH-ES'), ec)
  for (const kid of ['', 'unknown', '__proto__', RSA_KID.toLowerCase()]) {
    t.equal(await keys.find(kid, 'RSA-OAEP-256'), undefined)
    t.equal(await keys.find(kid, 'ECDH-ES'), undefined)
  }
  t.equal(await keys.find(EC_KID, 'RSA-OAEP-256'), undefined)
  t.equal(await keys.find(RSA_KID, 'ECDH-ES'), undefined)
})

t.test('whoever asks while a key is being made waits for the same key', async (t) => {
  const keys = createDsKeys({ seed: 'stable' })
  const [first, second] = await Promise.all([keys.find(undefined, 'RSA-OAEP-256'), keys.find(undefined, 'RSA-OAEP-256')])
  t.ok(first)
  t.equal(first, second)
})

t.test('a seeded RSA key is a key of 2048 bits whose members fit together, RFC 8017 §3.2, and each purpose has its own', async (t) => {
  const jwk = await createSeededRsaKey('stable', 'test')
  const [n, e, d, p, q, dp, dq, qi] = [jwk.n, jwk.e, jwk.d, jwk.p, jwk.q, jwk.dp, jwk.dq, jwk.qi].map(toInteger) as
    [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint]
  t.ok(checkPrimeSync(p) && checkPrimeSync(q) && p !== q)
  for (const prime of [p, q]) t.equal(prime >> 1022n, 3n, '1024 bits, the two highest set')
  t.equal(n, p * q)
  t.equal(n.toString(2).length, 2048)
  t.equal(e * d % ((p - 1n) * (q - 1n)), 1n)
  t.strictSame([dp, dq, qi * q % p], [d % (p - 1n), d % (q - 1n), 1n])
  const key = createPrivateKey({ key: { ...jwk }, format: 'jwk' })
  t.strictSame(key.asymmetricKeyDetails, { modulusLength: 2048, publicExponent: 65537n })
  t.equal(privateDecrypt(key, publicEncrypt(key, Buffer.from('there and back'))).toString(), 'there and back')
  t.not((await createSeededRsaKey('stable', 'else')).n, jwk.n)
})

t.test('composites are passed over, and primes that leave the exponent no inverse, FIPS 186-5 A.1.1', async (t) => {
  const withoutInverse = 917_519
  t.ok(checkPrimeSync(BigInt(withoutInverse)))
  t.equal(withoutInverse % 65_537, 1)
  const numbers = [1_000_001, withoutInverse, 1_000_003].map((number) => Buffer.from(number.toString(16).padStart(8, '0'), 'hex'))
  t.equal(await findPrime(numbers), 1_000_003n)
  await t.rejects(findPrime(numbers.slice(0, 2)), RangeError)
})
