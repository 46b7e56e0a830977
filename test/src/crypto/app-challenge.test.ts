import { createCipheriv, createDecipheriv, createHmac, createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto'
import fc from 'fast-check'
import { CompactEncrypt, compactDecrypt } from 'jose'
import t from 'tap'
import { ChallengeCryptoError } from '../../../src/crypto/challenge-crypto-error.ts'
import {
  decryptFromSdk, encryptForSdk, MAX_JWE_LENGTH, readProtectedHeader, type ContentEncryption
} from '../../../src/crypto/challenge-jwe.ts'
import { openContent, sealContent } from '../../../src/crypto/content-encryption.ts'
import { createEphemeralKeys } from '../../../src/crypto/ephemeral-keys.ts'
import { agree, isPointOnCurve, toPoint, toScalar } from '../../../src/crypto/p256.ts'
import { concatKdf, deriveSessionKey } from '../../../src/crypto/session-key.ts'
import { ProtocolError } from '../../../src/errors.ts'
import { createSeededIds, randomIds } from '../../../src/ids.ts'
import type { PublicJwk } from '../../../src/protocol/messages.ts'

// compatibility §3.6
const sdk = {
  privateKey: 'ERERERERERERERERERERERERERERERERERERERERERE',
  publicKey: { kty: 'EC', crv: 'P-256', x: 'AhfmF_C2RDkoJ4-WmZ5pojpPLBUr321s32bluAKC1O0', y: 'GUp968uXcS0t2jyoWqh2Wlb0X8dYWZZS8ol8ZTBuV5Q' } as PublicJwk
}
const acs = {
  privateKey: 'IiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiI',
  publicKey: { kty: 'EC', crv: 'P-256', x: '1lqTl3yqPRsIGFL_V6eeRl8WYFdzBLrq1QXdOkhYnPM', y: 'UBheiVNy32Ih6joTdVfkc_3bZ1XwW9UHw8Uz_OnJEoU' } as PublicJwk
}
const z = 'ccfc261f58193c98ca4ad4a53bbac6f0ee29bc4d48438090446908622ca79af6'
const android = {
  reference: '3DS_LOA_SDK_JTPL_020200_00788',
  otherInfo: '00000000000000000000001d3344535f4c4f415f53444b5f4a54504c5f3032303230305f303037383800000100',
  key: 'fe95cf354bc1bbbe23dbe0f8ea61c1407db848b0fe1b81c661ad96d19a790468',
  jwe: 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4Q0JDLUhTMjU2Iiwia2lkIjoiMGEwYjBjMGQtMTExMS00MjIyLTgzMzMtNDQ0NDU1NTU2NjY2In0..AAECAwQFBgcICQoLDA0ODw.zT9pgzaV6qFCySNruEpOO2j0lzQtme5N_QxMTAKbjW6LIxLFYUXWD3JhzfLGgNyCdF6u5j3ZSrZp1asRDMOJNiU1_l8-R6ckEEhHd1u3gVisvGtwVfNLr6pPR_vY0ypXDLNH1NN9ZBwjDD7oMOaxQrPbDC2T9hIaI08JK5cFSpv8Y-jSKlZBYxxDBDu68BIUoMZZ0Baxl5Sfgjm058lmRL6fyHpLsRZqnYUIUU-rpv6ICFiFRlnTMraoTCrrj0Z3uJC3NDgMndmPVvp5wqMeqBiAEqEq9IJFLAdwFfZ7EFxzFHniz-guFXLm97ZtuFTf.ubK8A1fQilVEzUFRd0j41Q'
}
const ios = {
  reference: '3DS_LOA_SDK_JTPL_020200_00805',
  otherInfo: '00000000000000000000001d3344535f4c4f415f53444b5f4a54504c5f3032303230305f303038303500000100',
  key: '3aec6c1e9e94f51139d8bc931f681fd9e88c614d9d158438261db9cb89fcd744',
  jwe: 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIiwia2lkIjoiMGEwYjBjMGQtMTExMS00MjIyLTgzMzMtNDQ0NDU1NTU2NjY2In0..AAECAwQFBgcICQoL.cEIXMOHIcy5XJWkI9HxGn9sbOkZlVH1YVDqbb2-BhGGeJJkwf-fHfHdBQZmkbod6z4xhJM3M0YaPldbdKdU8J0SSJbIRM9z_aMqZVJv6ZHwHe0pf6x59JzUhA24sgdfaOY0ZdNvhalthypAc0yaa45XlDO2WzK3U1RvZpA_FI3xbSSCiRzwETIICb6b44AzHVlhp4BQCHbohoHufeeHJI6x3Ii_IIdyUtznPQGNjXyXhMfBwdiSH7TeJn-yWHc1Qq4eS0poRMVxCqJnKnEtHzlTW23ZJ25O8sWZ-8sQecWicOiv8aKJwgGb6xjk.5aBtXasE9dL2fehQSdNocA'
}
const kid = '0a0b0c0d-1111-4222-8333-444455556666'
const payload = '{"messageType":"CReq","messageVersion":"2.2.0","threeDSServerTransID":"9f0c1d2e-3a4b-4c5d-8e6f-708192a3b4c5","acsTransID":"0a0b0c0d-1111-4222-8333-444455556666","sdkTransID":"51525354-5556-4758-8960-616263646566","sdkCounterStoA":"000"}'
const encs: readonly ContentEncryption[] = ['A128CBC-HS256', 'A128GCM']

const key = Buffer.from(android.key, 'hex')
const counting = { bytes: (size: number) => Uint8Array.from({ length: size }, (_, index) => index) }

/** What an SDK would send, made by jose. */
function fromSdk (enc: ContentEncryption, plaintext: Uint8Array | string, header: object = {}): Promise<string> {
  return new CompactEncrypt(Buffer.from(plaintext as string))
    .setProtectedHeader({ alg: 'dir', enc, kid, ...header } as { alg: string, enc: string })
    .encrypt(enc === 'A128GCM' ? key.subarray(0, 16) : key)
}

function withHeader (header: string): string {
  return `${Buffer.from(header).toString('base64url')}..AAECAwQFBgcICQoL.AA.5aBtXasE9dL2fehQSdNocA`
}

/** Runs it and tells the reason it was refused for; anything but the closed error is thrown on. */
function reasonOf (run: () => unknown): string {
  try {
    run()
    return 'accepted'
  } catch (error) {
    if (error instanceof ChallengeCryptoError && error.cause === undefined) return error.reason
    throw error
  }
}

t.test('key agreement gives Z, OtherInfo and K of compatibility §3.6 from either side', async (t) => {
  const scalar = Buffer.from(acs.privateKey, 'base64url')
  t.equal(agree(scalar, toPoint(sdk.publicKey) as Buffer).toString('hex'), z)
  for (const { reference, otherInfo, key } of [android, ios]) {
    t.equal(concatKdf(Buffer.from(z, 'hex'), Buffer.from(otherInfo, 'hex')).toString('hex'), key)
    const ours = deriveSessionKey({ privateKey: acs.privateKey, peerPublicKey: sdk.publicKey, partyVInfo: reference })
    const theirs = deriveSessionKey({ privateKey: sdk.privateKey, peerPublicKey: acs.publicKey, partyVInfo: reference })
    t.equal(ours.toString('hex'), key)
    t.equal(theirs.toString('hex'), key)
  }
})

t.test('agreement and Concat KDF give the key of RFC 7518 Appendix C', async (t) => {
  const bob: PublicJwk = { kty: 'EC', crv: 'P-256', x: 'weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ', y: 'e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck' }
  const shared = agree(Buffer.from('0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo', 'base64url'), toPoint(bob) as Buffer)
  const info = Buffer.from('\0\0\0\x07A128GCM\0\0\0\x05Alice\0\0\0\x03Bob\0\0\0\x80', 'latin1')
  t.equal(concatKdf(shared, info).toString('base64url', 0, 16), 'VqqN6vgjbSBcIijNcacQGg')
})

t.test('ephemeral keys are P-256 pairs that OpenSSL takes, leading zeros kept', async (t) => {
  const ids = createSeededIds('ephemeral')
  const zeros = { x: 0, y: 0 }
  for (let index = 0; index < 600; index++) {
    const { privateKey, publicKey } = createEphemeralKeys(ids)
    if (/^A[A-P]/.test(publicKey.x)) zeros.x++
    if (/^A[A-P]/.test(publicKey.y)) zeros.y++
    if (privateKey.length !== 43 || publicKey.x.length !== 43 || publicKey.y.length !== 43 || !isPointOnCurve(publicKey)) t.fail('bad pair')
  }
  t.ok(zeros.x > 0 && zeros.y > 0, 'the sample had coordinates with leading zeros')
  const { privateKey, publicKey } = createEphemeralKeys(ids)
  t.strictSame(Object.keys(publicKey), ['kty', 'crv', 'x', 'y'])
  const opened = createPrivateKey({ key: { ...publicKey, d: privateKey }, format: 'jwk' })
  t.strictSame(createPublicKey(opened).export({ format: 'jwk' }), { ...publicKey })
  t.notSame(createEphemeralKeys(randomIds), createEphemeralKeys(randomIds))
  t.strictSame(createEphemeralKeys(createSeededIds('a')), createEphemeralKeys(createSeededIds('a')))
  t.equal(toScalar(Buffer.alloc(48)).toString('hex'), '1'.padStart(64, '0'), 'a scalar is never zero and keeps its length')
})

t.test('agreement equals diffieHellman of node:crypto, also where Z starts with zeros', async (t) => {
  const ids = createSeededIds('agreement')
  const own = createEphemeralKeys(ids)
  const privateKey = createPrivateKey({ key: { ...own.publicKey, d: own.privateKey }, format: 'jwk' })
  let zeros = 0
  for (let index = 0; index < 400; index++) {
    const peer = createEphemeralKeys(ids).publicKey
    const shared = agree(Buffer.from(own.privateKey, 'base64url'), toPoint(peer) as Buffer)
    if (shared[0] === 0) zeros++
    const expected = diffieHellman({ privateKey, publicKey: createPublicKey({ key: { ...peer }, format: 'jwk' }) })
    if (!shared.equals(expected)) t.fail('agreement differs')
  }
  t.ok(zeros > 0, 'the sample had a Z with a leading zero')
})

t.test('a hostile SDK key is refused and never throws anything but the closed error, emv3ds-protocol §13.2', async (t) => {
  const good = sdk.publicKey
  const shortX = Buffer.from(good.x, 'base64url').subarray(1).toString('base64url')
  const longX = Buffer.concat([Buffer.alloc(1), Buffer.from(good.x, 'base64url')]).toString('base64url')
  const field = Buffer.from('ffffffff00000001000000000000000000000000ffffffffffffffffffffffff', 'hex').toString('base64url')
  const hostile: { [name: string]: unknown } = {
    'no object': 'key',
    null: null,
    nothing: undefined,
    empty: {},
    array: [good],
    'wrong kty': { ...good, kty: 'OKP' },
    'wrong crv': { ...good, crv: 'P-384' },
    'crv of another curve': { ...good, crv: 'secp256k1' },
    'private part': { ...good, d: sdk.privateKey },
    'private part, null': { ...good, d: null },
    'short coordinate': { ...good, x: shortX },
    'long coordinate': { ...good, x: longX },
    'padded coordinate': { ...good, x: `${good.x}=` },
    'foreign character': { ...good, x: `+${good.x.slice(1)}` },
    'spare bits': { ...good, x: `${good.x.slice(0, -1)}1` },
    'coordinate as number': { ...good, x: 7 },
    'y missing': { kty: 'EC', crv: 'P-256', x: good.x },
    'off the curve': { ...good, y: acs.publicKey.y },
    'point at infinity': { ...good, x: 'A'.repeat(43), y: 'A'.repeat(43) },
    'coordinate not below the field': { ...good, x: field }
  }
  for (const [name, jwk] of Object.entries(hostile)) {
    t.equal(isPointOnCurve(jwk), false, name)
    t.equal(reasonOf(() => deriveSessionKey({ privateKey: acs.privateKey, peerPublicKey: jwk as PublicJwk, partyVInfo: 'x' })), 'key', name)
  }
  t.equal(isPointOnCurve({ ...good, kid: 'sdk', use: 'enc' }), true, 'other members do no harm')
  const y = Buffer.from('66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4', 'hex').toString('base64url')
  t.equal(isPointOnCurve({ ...good, x: 'A'.repeat(43), y }), true, 'the point with x = 0')
  t.equal(isPointOnCurve({ ...good, x: Buffer.from('ffffffff00000001000000000000000000000000ffffffffffffffffffffffff', 'hex').toString('base64url'), y }), false, 'the same with x written as the field')
  for (const privateKey of ['', 'AQ', 'A'.repeat(43), Buffer.alloc(32, 0xff).toString('base64url'), `${acs.privateKey}=`]) {
    t.equal(reasonOf(() => deriveSessionKey({ privateKey, peerPublicKey: good, partyVInfo: 'x' })), 'key', 'own scalar unusable')
  }
  fc.assert(fc.property(fc.anything(), (jwk) => !isPointOnCurve(jwk)))
})

t.test('the JWEs of compatibility §3.6 open to their plaintext', async (t) => {
  for (const { jwe, key } of [android, ios]) {
    t.equal(readProtectedHeader(jwe).kid, kid)
    t.equal(decryptFromSdk({ jwe, key: Buffer.from(key, 'hex') }), payload)
  }
  t.strictSame(readProtectedHeader(android.jwe), { alg: 'dir', enc: 'A128CBC-HS256', kid })
  t.strictSame(readProtectedHeader(ios.jwe), { alg: 'dir', enc: 'A128GCM', kid })
})

t.test('the same plaintext, key and IV give the JWEs of compatibility §3.6 again', async (t) => {
  t.equal(encryptForSdk({ payload, key, enc: 'A128CBC-HS256', kid, acsCounter: 0, ids: counting }), android.jwe)
  const [aad, , iv, ciphertext, tag] = ios.jwe.split('.') as [string, string, string, string, string]
  const input = { key: Buffer.from(ios.key, 'hex').subarray(0, 16), iv: Buffer.from(iv, 'base64url'), aad }
  const sealed = sealContent('A128GCM', Buffer.from(payload), input)
  t.equal(`${sealed.ciphertext.toString('base64url')}.${sealed.tag.toString('base64url')}`, `${ciphertext}.${tag}`)
})

t.test('what we encrypt opens with jose: CBC with the whole key, GCM with its last half, emv3ds-protocol §13.4', async (t) => {
  for (const enc of encs) {
    const jwe = encryptForSdk({ payload, key, enc, kid, acsCounter: 2, ids: randomIds })
    const opened = await compactDecrypt(jwe, enc === 'A128GCM' ? key.subarray(16) : key)
    t.equal(Buffer.from(opened.plaintext).toString(), payload)
    t.equal(JSON.stringify(opened.protectedHeader), `{"alg":"dir","enc":"${enc}","kid":"${kid}"}`, 'key order')
    t.match(jwe, /^[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/, 'no padding, no white space, no encrypted key')
  }
  const ours = encryptForSdk({ payload, key, enc: 'A128GCM', kid, acsCounter: 2, ids: randomIds })
  await t.rejects(compactDecrypt(ours, key.subarray(0, 16)), { code: 'ERR_JWE_DECRYPTION_FAILED' }, 'GCM keys of the two directions differ')
  t.equal(reasonOf(() => decryptFromSdk({ jwe: ours, key })), 'decryption', 'a GCM message of ours is not one of the SDK')
})

t.test('IVs: random in CBC, in GCM the counter byte filled with FF from the left, emv3ds-protocol §13.4', async (t) => {
  const ivOf = (enc: ContentEncryption, acsCounter: number) =>
    Buffer.from(encryptForSdk({ payload, key, enc, kid, acsCounter, ids: randomIds }).split('.')[2] as string, 'base64url').toString('hex')
  t.equal(ivOf('A128GCM', 0), `${'ff'.repeat(11)}00`)
  t.equal(ivOf('A128GCM', 255), 'ff'.repeat(12))
  t.equal(ivOf('A128CBC-HS256', 0).length, 32)
  t.not(ivOf('A128CBC-HS256', 0), ivOf('A128CBC-HS256', 0))
  t.throws(() => ivOf('A128GCM', 256), RangeError, 'a counter never wraps')
})

t.test('what jose encrypts opens here, whatever it says', async () => {
  await fc.assert(fc.asyncProperty(fc.constantFrom(...encs), fc.string({ unit: 'grapheme' }), async (enc, text) =>
    decryptFromSdk({ jwe: await fromSdk(enc, text), key }) === text))
})

t.test('what we encrypt opens with jose, whatever it says', async () => {
  await fc.assert(fc.asyncProperty(fc.constantFrom(...encs), fc.string({ unit: 'grapheme' }), fc.nat(255), async (enc, text, acsCounter) => {
    const jwe = encryptForSdk({ payload: text, key, enc, kid, acsCounter, ids: randomIds })
    const { plaintext } = await compactDecrypt(jwe, enc === 'A128GCM' ? key.subarray(16) : key)
    return Buffer.from(plaintext).toString() === text
  }))
})

t.test('one changed byte anywhere is refused with the closed error', async () => {
  const jwes = await Promise.all(encs.map((enc) => fromSdk(enc, payload)))
  fc.assert(fc.property(fc.constantFrom(...jwes), fc.nat(), fc.integer({ min: 1, max: 255 }), (jwe, position, mask) => {
    const bytes = Buffer.from(jwe, 'latin1')
    const at = position % bytes.length
    bytes[at] = bytes[at] as number ^ mask
    return reasonOf(() => decryptFromSdk({ jwe: bytes.toString('latin1'), key })) !== 'accepted'
  }), { numRuns: 2000 })
})

t.test('any text at all is refused with the closed error', async () => {
  const part = fc.oneof(fc.string(), fc.base64String(), fc.json().map((text) => Buffer.from(text).toString('base64url')))
  const text = fc.oneof(fc.string(), fc.array(part, { maxLength: 7 }).map((parts) => parts.join('.')))
  fc.assert(fc.property(text, (jwe) => reasonOf(() => decryptFromSdk({ jwe, key })) !== 'accepted'), { numRuns: 1000 })
})

t.test('a message that is no compact JWE with an empty encrypted key is refused as format', async (t) => {
  const [header, , iv, ciphertext, tag] = ios.jwe.split('.') as [string, string, string, string, string]
  const bad = [
    '', '{}', '....x.', header, `${header}.${iv}`, `${ios.jwe}.`, `${ios.jwe}.x.y`,
    `${header}.QQ.${iv}.${ciphertext}.${tag}`, `${header}..${iv}=.${ciphertext}.${tag}`,
    `${header}..${iv}.${ciphertext}\n.${tag}`, `${header}..${iv}.${ciphertext}.${tag}\n`, `${header}..${iv}.${ciphertext}.${tag} `
  ]
  for (const jwe of bad) t.equal(reasonOf(() => decryptFromSdk({ jwe, key })), 'format', JSON.stringify(jwe.slice(-40)))
})

t.test('a JWE of more than MAX_JWE_LENGTH characters is not looked at', async (t) => {
  const start = `${withHeader(`{"alg":"dir","enc":"A128GCM","kid":"${kid}"}`)}`
  const longest = start.padEnd(MAX_JWE_LENGTH, 'A')
  t.equal(readProtectedHeader(longest).kid, kid)
  t.equal(reasonOf(() => readProtectedHeader(`${longest}A`)), 'format')
})

t.test('a header that is not an object of base64url JSON, or has zip or crit, is refused as header', async (t) => {
  const texts = ['', 'x', '"dir"', 'null', '7', '{', '['.repeat(40_000), '{"alg":"dir","enc":"A128GCM","kid":"k","zip":"DEF"}', '{"alg":"dir","enc":"A128GCM","kid":"k","crit":[]}']
  for (const text of texts) t.equal(reasonOf(() => readProtectedHeader(withHeader(text))), 'header', text.slice(0, 60))
  t.equal(reasonOf(() => readProtectedHeader(`e30=.${ios.jwe.slice(ios.jwe.indexOf('.') + 1)}`)), 'header', 'padded')
})

t.test('a header without a text kid is refused as kid', async (t) => {
  for (const text of ['{}', '[]', '{"alg":"dir","enc":"A128GCM"}', '{"alg":"dir","enc":"A128GCM","kid":7}', '{"kid":null}']) {
    t.equal(reasonOf(() => readProtectedHeader(withHeader(text))), 'kid', text)
  }
})

t.test('anything but dir with A128CBC-HS256 or A128GCM is refused as algorithm', async (t) => {
  const bad = [
    ['RSA-OAEP-256', 'A128GCM'], ['ECDH-ES', 'A128GCM'], ['DIR', 'A128GCM'], ['dir', 'A256GCM'], ['dir', 'a128gcm'],
    ['dir', 'constructor'], ['dir', 7], [null, 'A128GCM'], ['dir', undefined]
  ]
  for (const [alg, enc] of bad) {
    t.equal(reasonOf(() => readProtectedHeader(withHeader(JSON.stringify({ alg, enc, kid })))), 'algorithm', `${String(alg)} ${String(enc)}`)
  }
})

t.test('IV and tag must have their lengths; only a longer GCM IV is cut, compatibility §3.4 and §6 B27', async (t) => {
  const change = (jwe: string, part: number, by: (bytes: Buffer) => Uint8Array) => {
    const parts = jwe.split('.')
    parts[part] = Buffer.from(by(Buffer.from(parts[part] as string, 'base64url'))).toString('base64url')
    return parts.join('.')
  }
  const open = (jwe: string) => reasonOf(() => decryptFromSdk({ jwe, key }))
  const longer = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(4)])
  const gcm = await fromSdk('A128GCM', payload)
  t.equal(decryptFromSdk({ jwe: change(gcm, 2, longer), key }), payload)
  t.equal(open(change(gcm, 2, (iv) => iv.subarray(0, 11))), 'decryption')
  t.equal(open(change(gcm, 2, () => Buffer.alloc(0))), 'decryption')
  for (const enc of encs) {
    const jwe = await fromSdk(enc, payload)
    for (const length of [0, 4, 12, 15]) t.equal(open(change(jwe, 4, (tag) => tag.subarray(0, length))), 'decryption', `${enc} tag of ${length}`)
    t.equal(open(change(jwe, 4, longer)), 'decryption', `${enc} longer tag`)
    t.equal(open(change(jwe, 3, () => Buffer.alloc(0))), 'decryption', `${enc} nothing inside`)
  }
  const cbc = await fromSdk('A128CBC-HS256', payload)
  t.equal(open(change(cbc, 2, longer)), 'decryption')
  t.equal(open(change(cbc, 2, (iv) => iv.subarray(1))), 'decryption')
})

t.test('a GCM message that was made with a shorter IV is refused, emv3ds-protocol §13.4', async (t) => {
  for (const length of [8, 11, 12, 16]) {
    const [aad, iv] = [ios.jwe.split('.')[0] as string, Buffer.alloc(length)]
    const cipher = createCipheriv('aes-128-gcm', key.subarray(0, 16), iv)
    cipher.setAAD(Buffer.from(aad))
    const ciphertext = Buffer.concat([cipher.update(payload), cipher.final()])
    const jwe = [iv, ciphertext, cipher.getAuthTag()].reduce((start, part) => `${start}.${part.toString('base64url')}`, `${aad}.`)
    t.equal(reasonOf(() => decryptFromSdk({ jwe, key })), length === 12 ? 'accepted' : 'decryption', `${length} bytes`)
  }
})

/** A CBC message that carries a right tag over whatever it is given. */
function withRightTag (iv: Uint8Array, ciphertext: Uint8Array): string {
  const aad = android.jwe.split('.')[0] as string
  const bits = Buffer.alloc(8)
  bits.writeUInt32BE(aad.length * 8, 4)
  const mac = createHmac('sha256', key.subarray(0, 16)).update(aad).update(iv).update(ciphertext).update(bits).digest()
  return [aad, '', iv, ciphertext, mac.subarray(0, 16)].map((part) => typeof part === 'string' ? part : Buffer.from(part).toString('base64url')).join('.')
}

t.test('a right tag does not save a wrong CBC message, compatibility §6 B27', async (t) => {
  const [, , iv, ciphertext] = android.jwe.split('.').map((part) => Buffer.from(part, 'base64url')) as [Buffer, Buffer, Buffer, Buffer]
  t.equal(decryptFromSdk({ jwe: withRightTag(iv, ciphertext), key }), payload, 'the tag is right')
  for (const length of [0, 12, 15, 17, 32]) {
    t.equal(reasonOf(() => decryptFromSdk({ jwe: withRightTag(Buffer.alloc(length), ciphertext), key })), 'decryption', `IV of ${length}`)
  }
  t.equal(reasonOf(() => decryptFromSdk({ jwe: withRightTag(iv, ciphertext.subarray(0, -1)), key })), 'decryption', 'no whole blocks')
  const block = Buffer.alloc(16)
  const raw = createDecipheriv('aes-128-cbc', key.subarray(16), iv).setAutoPadding(false).update(block)
  const badPadding = Buffer.from(iv)
  badPadding[15] = badPadding[15] as number ^ raw[15] as number ^ 0x11
  t.equal(reasonOf(() => decryptFromSdk({ jwe: withRightTag(badPadding, block), key })), 'decryption', 'padding of 17')
})

t.test('a genuine plaintext that is not UTF-8 is refused; a byte order mark is kept', async (t) => {
  const broken = await fromSdk('A128GCM', Buffer.from([0x7b, 0xff, 0x7d]))
  t.equal(reasonOf(() => decryptFromSdk({ jwe: broken, key })), 'plaintext')
  t.equal(decryptFromSdk({ jwe: await fromSdk('A128GCM', '\ufeff{}'), key }), '\ufeff{}')
})

t.test('another key is refused', async (t) => {
  for (const { jwe } of [android, ios]) t.equal(reasonOf(() => decryptFromSdk({ jwe, key: Buffer.alloc(32, 7) })), 'decryption')
  const sealed = sealContent('A128GCM', Buffer.from(payload), { key: key.subarray(16), iv: Buffer.alloc(12), aad: 'a' })
  t.equal(openContent('A128GCM', sealed, { key: key.subarray(16), iv: Buffer.alloc(12), aad: 'b' }), undefined, 'the header is covered')
})

t.test('the closed error is an Erro of the ACS and says nothing about key or plaintext, emv3ds-protocol §12.2', async (t) => {
  const erros = (['format', 'header', 'kid', 'algorithm', 'key', 'decryption', 'iv', 'plaintext'] as const)
    .map((reason) => new ChallengeCryptoError(reason, 'why').erro)
  t.strictSame(erros.map(({ errorCode }) => errorCode), ['101', '302', '302', '302', '302', '302', '302', '101'])
  t.strictSame(erros[0], { errorCode: '101', errorComponent: 'A', errorDetail: 'why', errorMessageType: 'CReq' })
  t.ok(new ChallengeCryptoError('key', 'why') instanceof ProtocolError)
  const text = (() => {
    try {
      return decryptFromSdk({ jwe: android.jwe, key: Buffer.alloc(32, 7) })
    } catch (error) {
      return JSON.stringify([error, String(error)])
    }
  })()
  t.notMatch(text, /CReq","messageVersion|fe95cf|BwcHBw/)
  t.match(text, 'Failed to decrypt challenge request')
})
