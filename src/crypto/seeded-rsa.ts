import { invert } from '@noble/curves/abstract/modular.js'
import { checkPrime, createHmac } from 'node:crypto'
import { promisify } from 'node:util'

/** Private RSA key as RFC 7518 §6.3.2 writes it. */
export interface RsaPrivateJwk {
  kty: 'RSA'
  n: string
  e: string
  d: string
  p: string
  q: string
  dp: string
  dq: string
  qi: string
}

const EXPONENT = 65_537n
/** Bytes; half a modulus of 2048 bits. */
const PRIME_LENGTH = 128
const isPrime = promisify(checkPrime) as (candidate: Uint8Array) => Promise<boolean>

/**
 * Makes the RSA key of 2048 bits that belongs to a seed and a purpose, the same in every process and on every Node version:
 * neither node:crypto nor a library lets a seed in. Whoever knows the seed has the key, and seeds are no secrets: for tests, it
 * protects nothing. Primes are tested in the thread pool, so that the event loop goes on meanwhile.
 * @param seed any text
 * @param purpose what the key is for; another purpose gives another key
 */
export async function createSeededRsaKey (seed: string, purpose: string): Promise<RsaPrivateJwk> {
  const [p, q] = await Promise.all(['p', 'q'].map((prime) => findPrime(candidates(seed, `${purpose}:${prime}`)))) as [bigint, bigint]
  const d = invert(EXPONENT, (p - 1n) * (q - 1n))
  const members = { n: p * q, e: EXPONENT, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: invert(q, p) }
  const written = Object.entries(members).map(([name, value]) => [name, toBytes(value).toString('base64url')])
  return { kty: 'RSA', ...Object.fromEntries(written) }
}

/**
 * Odd numbers of 1024 bits from HMAC-SHA256 in counter mode. Their two highest bits are set, so that the product of two has
 * all its 2048 bits.
 */
function * candidates (seed: string, purpose: string): Generator<Buffer> {
  for (let counter = 0; ; counter += 4) {
    const blocks = [0, 1, 2, 3].map((block) => createHmac('sha256', seed).update(`3ds-mock-server:${purpose}:${counter + block}`).digest())
    const candidate = Buffer.concat(blocks, PRIME_LENGTH)
    candidate.writeUInt8(0b1100_0000 | candidate.readUInt8(0), 0)
    candidate.writeUInt8(1 | candidate.readUInt8(PRIME_LENGTH - 1), PRIME_LENGTH - 1)
    yield candidate
  }
}

/**
 * @param numbers big-endian, tried in turn, endless or with a prime among them
 * @returns the first prime that leaves the public exponent an inverse, FIPS 186-5 A.1.1
 */
export async function findPrime (numbers: Iterable<Buffer>): Promise<bigint> {
  for (const number of numbers) {
    const prime = BigInt(`0x${number.toString('hex')}`)
    // The exponent is itself a prime: it shares a divisor with what it divides and with nothing else.
    if ((prime - 1n) % EXPONENT !== 0n && await isPrime(number)) return prime
  }
  throw new RangeError('there is no prime among the numbers')
}

function toBytes (value: bigint): Buffer {
  const hex = value.toString(16)
  return Buffer.from(hex.padStart(hex.length + hex.length % 2, '0'), 'hex')
}
