import {
  createCipheriv, createHash, createHmac, createPublicKey, diffieHellman, generateKeyPairSync, randomBytes, type KeyObject
} from 'node:crypto'
import fc from 'fast-check'
import { CompactEncrypt, importJWK, type CompactJWEHeaderParameters } from 'jose'
import t from 'tap'
import { openDeviceData } from '../../../src/crypto/device-data.ts'
import { DsCryptoError } from '../../../src/crypto/ds-crypto-error.ts'
import { createDsKeys, type DsKeyAlg, type DsKeys, type DsPublicJwk } from '../../../src/crypto/ds-keys.ts'
import type { MessageVersion } from '../../../src/protocol/versions.ts'

const RID = 'A000000003'
const DEVICE = '{"DV":"1.6","DD":{"C001":"iOS","C002":"Phoné"},"DPNA":{"C010":"RE01"}}'
const encs = ['A128CBC-HS256', 'A128GCM'] as const
const algs = ['RSA-OAEP-256', 'ECDH-ES'] as const

const keys = createDsKeys({ seed: 'stable' })
const [rsa, ec] = (await keys.jwks()).keys as [DsPublicJwk, DsPublicJwk]
const jwkOf = { 'RSA-OAEP-256': rsa, 'ECDH-ES': ec }

/** Header parameters by name; undefined leaves one out. */
interface Header { [parameter: string]: unknown }

function b64u (bytes: Uint8Array | string): string {
  return Buffer.from(bytes as string).toString('base64url')
}

/** What an SDK with an RSA key sends, made by jose. */
async function sealRsa (enc: string, plaintext: Uint8Array | string = DEVICE, header: Header = { kid: rsa.kid }): Promise<string> {
  return await new CompactEncrypt(Buffer.from(plaintext as string))
    .setProtectedHeader({ alg: 'RSA-OAEP-256', enc, ...header } as CompactJWEHeaderParameters)
    .encrypt(await importJWK(rsa, 'RSA-OAEP-256'))
}

/** Concat KDF of §13.3 as it is printed there, and no more of it than is used here. */
function kdf (z: Uint8Array, rid: string): Buffer {
  const length = Buffer.from([0, 0, 0, rid.length])
  const otherInfo = Buffer.concat([Buffer.alloc(8), length, Buffer.from(rid), Buffer.from('00000100', 'hex')])
  return createHash('sha256').update(Buffer.concat([Buffer.from('00000001', 'hex'), z, otherInfo])).digest()
}

/** RFC 7518 §5.2.2.1 and §5.3: initialization vector, ciphertext and tag. */
function encrypt (enc: string, key: Buffer, aad: string, plaintext: Uint8Array | string): string[] {
  const isGcm = enc === 'A128GCM'
  const iv = randomBytes(isGcm ? 12 : 16)
  if (isGcm) {
    const cipher = createCipheriv('aes-128-gcm', key.subarray(0, 16), iv).setAAD(Buffer.from(aad))
    return [iv, Buffer.concat([cipher.update(Buffer.from(plaintext as string)), cipher.final()]), cipher.getAuthTag()].map(b64u)
  }
  const cipher = createCipheriv('aes-128-cbc', key.subarray(16), iv)
  const ciphertext = Buffer.concat([cipher.update(Buffer.from(plaintext as string)), cipher.final()])
  const bits = Buffer.alloc(8)
  bits.writeBigUInt64BE(BigInt(aad.length * 8))
  const tag = createHmac('sha256', key.subarray(0, 16)).update(Buffer.concat([Buffer.from(aad), iv, ciphertext, bits])).digest().subarray(0, 16)
  return [iv, ciphertext, tag].map(b64u)
}

/** What an SDK with an EC key sends, made by hand: no library derives as EMV does. */
function sealEc (enc: string, plaintext: Uint8Array | string = DEVICE, { rid = RID, privateKey, ...header }: {
  rid?: string, privateKey?: KeyObject, [parameter: string]: unknown
} = { kid: ec.kid }): string {
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const z = diffieHellman({ privateKey: privateKey ?? own.privateKey, publicKey: createPublicKey({ key: ec, format: 'jwk' }) })
  const aad = b64u(JSON.stringify({ alg: 'ECDH-ES', epk: own.publicKey.export({ format: 'jwk' }), enc, ...header }))
  return [aad, '', ...encrypt(enc, kdf(z, rid), aad, plaintext)].join('.')
}

async function seal (alg: DsKeyAlg, enc: string, plaintext?: Uint8Array | string, header?: Header): Promise<string> {
  return alg === 'ECDH-ES' ? sealEc(enc, plaintext, header) : await sealRsa(enc, plaintext, header)
}

async function open (jwe: string, { messageVersion = '2.3.1', from = keys, isSplitSdk = false }: { messageVersion?: MessageVersion, from?: DsKeys, isSplitSdk?: boolean } = {}): Promise<string> {
  return await openDeviceData(jwe, from, { directoryServerId: RID, messageVersion, isSplitSdk })
}

/** Opens it and tells what an `Erro` would say; anything but the closed error is thrown on. */
async function refusalOf (jwe: string, options?: Parameters<typeof open>[1]): Promise<string> {
  try {
    return `accepted ${await open(jwe, options)}`
  } catch (error) {
    if (!(error instanceof DsCryptoError) || error.cause !== undefined) throw error
    return `${error.errorCode} ${error.errorDetail}`
  }
}

/** A JWE that has this for its header and the other parts of a genuine one. */
async function withHeader (header: string | Uint8Array, alg: DsKeyAlg = 'RSA-OAEP-256'): Promise<string> {
  return [b64u(header), ...(await seal(alg, 'A128GCM')).split('.').slice(1)].join('.')
}

for (const alg of algs) {
  for (const enc of encs) {
    t.test(`${alg} with ${enc}: what an SDK encrypts comes out byte for byte, in every version, emv3ds-protocol §13.1`, async (t) => {
      for (const messageVersion of ['2.1.0', '2.2.0', '2.3.1'] as const) t.equal(await open(await seal(alg, enc), { messageVersion }), DEVICE)
      t.equal(await open(await seal(alg, enc, ' { "DV" :"1.6"\n}')), ' { "DV" :"1.6"\n}')
    })

    t.test(`${alg} with ${enc}: an older SDK sends no kid, §13.1`, async (t) => {
      t.equal(await open(await seal(alg, enc, DEVICE, {})), DEVICE)
    })

    t.test(`${alg} with ${enc}: each part is authenticated, 302`, async (t) => {
      const parts = (await seal(alg, enc)).split('.')
      const replaced = (index: number, part: string) => parts.map((old, at) => at === index ? part : old).join('.')
      for (const [index, name] of ['header', 'encrypted key', 'initialization vector', 'ciphertext', 'tag'].entries()) {
        const bytes = Buffer.from(parts[index] as string, 'base64url')
        // Direct agreement has no encrypted key.
        if (bytes.length === 0) continue
        const changed = index === 0 ? `${bytes.toString().slice(0, -1)} }` : bytes.map((byte, at) => at === 0 ? byte ^ 1 : byte)
        t.equal(await refusalOf(replaced(index, b64u(changed))), '302 sdkEncData cannot be decrypted', name)
        t.match(await refusalOf(replaced(index, '')), /^302 sdkEncData (?:cannot be decrypted|has an unusable header)$/, `no ${name}`)
      }
    })

    t.test(`${alg} with ${enc}: initialization vector and tag have one length each, RFC 7518 §5`, async (t) => {
      const [header, key, iv, ciphertext, tag] = (await seal(alg, enc)).split('.') as [string, string, string, string, string]
      const longer = (part: string) => b64u(Buffer.concat([Buffer.from(part, 'base64url'), Buffer.alloc(1)]))
      const shorter = (part: string) => b64u(Buffer.from(part, 'base64url').subarray(0, -4))
      for (const change of [longer, shorter]) {
        t.equal(await refusalOf([header, key, change(iv), ciphertext, tag].join('.')), '302 sdkEncData cannot be decrypted')
        t.equal(await refusalOf([header, key, iv, ciphertext, change(tag)].join('.')), '302 sdkEncData cannot be decrypted')
      }
    })

    t.test(`${alg} with ${enc}: the keys of another Directory Server do not open it, 302`, async (t) => {
      t.equal(await refusalOf(await seal(alg, enc, DEVICE, {}), { from: createDsKeys({ seed: 'other' }) }), '302 sdkEncData cannot be decrypted')
    })

    t.test(`${alg} with ${enc}: device data is a JSON object in UTF-8, 302`, async (t) => {
      for (const plaintext of ['', '[]', 'null', '"{}"', '1', '{', '\ufeff{}', Buffer.from('{"DV":"\xff"}', 'latin1')]) {
        t.equal(await refusalOf(await seal(alg, enc, plaintext)), '302 sdkEncData holds no JSON object')
      }
    })
  }

  t.test(`${alg}: an unknown kid is 311 with the kid in 2.3.1 and 302 before, §12.2`, async (t) => {
    for (const kid of ['unknown', '__proto__']) {
      const jwe = await seal(alg, 'A128GCM', DEVICE, { kid })
      t.equal(await refusalOf(jwe, { messageVersion: '2.3.1' }), `311 ${kid}`)
      for (const messageVersion of ['2.1.0', '2.2.0'] as const) {
        t.equal(await refusalOf(jwe, { messageVersion }), '302 sdkEncData has an unknown kid')
      }
    }
  })

  t.test(`${alg}: a split SDK encrypts with A128GCM, 310 with what it used, whatever its kid, §12.2, §13.4`, async (t) => {
    t.equal(await open(await seal(alg, 'A128GCM'), { isSplitSdk: true }), DEVICE)
    for (const header of [undefined, { kid: 'unknown' }]) {
      t.equal(await refusalOf(await seal(alg, 'A128CBC-HS256', DEVICE, header), { isSplitSdk: true }), '310 A128CBC-HS256')
    }
  })

  t.test(`${alg}: the kid of a key for another algorithm is known, and opens nothing, 302`, async (t) => {
    for (const other of algs.filter((one) => one !== alg)) {
      const jwe = await seal(alg, 'A128GCM', DEVICE, { kid: jwkOf[other].kid })
      for (const messageVersion of ['2.2.0', '2.3.1'] as const) t.equal(await refusalOf(jwe, { messageVersion }), '302 sdkEncData has the kid of a key for another alg')
    }
  })

  t.test(`${alg}: 64000 characters are read, and their deviceInfo is no longer; one more is refused, 302`, async (t) => {
    const overhead = (await seal(alg, 'A128GCM', '')).length
    const size = Math.floor((64_000 - overhead) * 3 / 4)
    const longest = `{"DV":"${'1'.repeat(size - 9)}"}`
    const jwe = await seal(alg, 'A128GCM', longest)
    t.ok(jwe.length > 63_990 && jwe.length <= 64_000)
    t.equal(await open(jwe), longest)
    t.ok(b64u(longest).length <= 64_000)
    t.equal(await refusalOf('.'.repeat(64_000)), '302 sdkEncData is no compact JWE')
    t.equal(await refusalOf(await seal(alg, 'A128GCM', `${longest}    `)), '302 sdkEncData is no compact JWE')
  })
}

t.test('ECDH-ES: the directory server id goes into the key, §13.1', async (t) => {
  for (const rid of ['A000000004', 'A00000000', '']) {
    t.equal(await refusalOf(sealEc('A128CBC-HS256', DEVICE, { rid })), '302 sdkEncData cannot be decrypted')
  }
})

t.test('ECDH-ES: A128GCM takes the left half of the 256 bits, what JOSE derives is another key, §13.3', async (t) => {
  for (const enc of encs) {
    const jwe = await new CompactEncrypt(Buffer.from(DEVICE))
      .setProtectedHeader({ alg: 'ECDH-ES', enc, kid: ec.kid })
      .setKeyManagementParameters({ apv: Buffer.from(RID) })
      .encrypt(await importJWK(ec, 'ECDH-ES'))
    t.equal(await refusalOf(jwe), '302 sdkEncData cannot be decrypted')
  }
})

t.test('ECDH-ES: the epk must be a public P-256 key on the curve, 302', async (t) => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const good = publicKey.export({ format: 'jwk' })
  t.equal(await open(sealEc('A128GCM', DEVICE, { privateKey, epk: good })), DEVICE)
  const zero = b64u(Buffer.alloc(32))
  for (const epk of [
    undefined, null, 1, 'EC', [], [good], {}, { ...good, d: zero }, { ...good, kty: 'RSA' }, { ...good, crv: 'P-384' }, { ...good, x: good.y },
    { ...good, x: zero, y: zero }, { ...good, x: 1 }, { ...good, x: `${good.x}A` }, { ...good, x: `${good.x}=` }, { ...good, y: b64u(Buffer.alloc(32, 0xff)) },
    generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'jwk' })
  ]) {
    t.equal(await refusalOf(sealEc('A128GCM', DEVICE, { privateKey, epk })), '302 sdkEncData has an unusable epk')
  }
  const jwe = await withHeader(JSON.stringify({ alg: 'ECDH-ES', enc: 'A128GCM', __proto__: null }).replace('}', ',"__proto__":{"epk":{}}}'), 'ECDH-ES')
  t.equal(await refusalOf(jwe), '302 sdkEncData has an unusable epk')
})

t.test('ECDH-ES: there is no encrypted key in direct agreement, RFC 7516 §5.2', async (t) => {
  const [header, , ...rest] = sealEc('A128GCM').split('.')
  t.equal(await refusalOf([header, 'AAAA', ...rest].join('.')), '302 sdkEncData has an encrypted key with ECDH-ES')
})

t.test('RSA-OAEP-256: the content key has the length of its encryption', async (t) => {
  const [gcm, cbc] = [await sealRsa('A128GCM'), await sealRsa('A128CBC-HS256')].map((jwe) => jwe.split('.'))
  t.equal(await refusalOf([gcm?.[0], cbc?.[1], ...gcm?.slice(2) ?? []].join('.')), '302 sdkEncData cannot be decrypted')
  t.equal(await refusalOf([cbc?.[0], gcm?.[1], ...cbc?.slice(2) ?? []].join('.')), '302 sdkEncData cannot be decrypted')
})

t.test('other algorithms than those of §13.1 are refused by name only, 302', async (t) => {
  for (const alg of ['none', 'dir', 'RSA-OAEP', 'RSA1_5', 'ECDH-ES+A128KW', 'A128KW', 'PBES2-HS256+A128KW', '', 'constructor', '__proto__', undefined, null, 1, ['ECDH-ES']]) {
    t.equal(await refusalOf(await withHeader(JSON.stringify({ alg, enc: 'A128GCM' }))), '302 sdkEncData has an unsupported alg')
  }
  for (const enc of ['A256GCM', 'A256CBC-HS512', 'none', '', 'constructor', '__proto__', undefined, null, 1, ['A128GCM']]) {
    t.equal(await refusalOf(await withHeader(JSON.stringify({ alg: 'RSA-OAEP-256', enc }))), '302 sdkEncData has an unsupported enc')
  }
})

t.test('a header that is no object, or brings zip, crit or another kid than text, is refused, 302', async (t) => {
  const good = { alg: 'RSA-OAEP-256', enc: 'A128GCM' }
  for (const header of [
    '', '{', 'null', '[]', '"RSA-OAEP-256"', Buffer.from([0xff]),
    ...[{ zip: 'DEF' }, { zip: null }, { crit: [] }, { crit: ['exp'], exp: 1 }, { kid: 1 }, { kid: null }, { kid: '' }, { kid: ['x'] }]
      .map((more) => JSON.stringify({ ...good, ...more }))
  ]) {
    t.equal(await refusalOf(await withHeader(header)), '302 sdkEncData has an unusable header')
  }
})

t.test('of a parameter sent twice the last counts, RFC 7516 §4, and __proto__ is but a name', async (t) => {
  const sealed = async (header: string) => {
    const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const epk = JSON.stringify(own.publicKey.export({ format: 'jwk' }))
    const z = diffieHellman({ privateKey: own.privateKey, publicKey: createPublicKey({ key: ec, format: 'jwk' }) })
    const aad = b64u(header.replace('EPK', epk))
    return [aad, '', ...encrypt('A128GCM', kdf(z, RID), aad, DEVICE)].join('.')
  }
  t.equal(await open(await sealed('{"alg":"none","enc":"A128CBC-HS256","alg":"ECDH-ES","enc":"A128GCM","epk":{},"epk":EPK}')), DEVICE)
  t.equal(await open(await sealed('{"__proto__":{"alg":"none","zip":"DEF"},"alg":"ECDH-ES","enc":"A128GCM","epk":EPK}')), DEVICE)
  t.equal(await refusalOf(await sealed('{"__proto__":{"alg":"ECDH-ES"},"enc":"A128GCM","epk":EPK}')), '302 sdkEncData has an unsupported alg')
  t.equal(await refusalOf(await sealed('{"alg":"ECDH-ES","enc":"A128GCM","epk":EPK,"alg":"dir"}')), '302 sdkEncData has an unsupported alg')
  t.equal(({} as { alg?: string }).alg, undefined)
})

t.test('parameters that §13.1 does not name change nothing', async (t) => {
  const others = { kid: ec.kid, apu: b64u('someone'), apv: b64u('someone else'), typ: 'JOSE', cty: 'json', jku: 'https://elsewhere.example/' }
  t.equal(await open(sealEc('A128CBC-HS256', DEVICE, others)), DEVICE)
})

t.test('what is no compact JWE is refused, 302', async (t) => {
  const jwe = await sealRsa('A128GCM')
  const [header, key, ...rest] = jwe.split('.')
  for (const text of [
    '', ' ', '....', '.', 'null', '{}', `${jwe}.`, `.${jwe}`, ` ${jwe}`, `${jwe}\n`, `${jwe}=`, `"${jwe}"`,
    [header, `${key}=`, ...rest].join('.'), [header, `${key?.slice(0, -1)}+`, ...rest].join('.'), jwe.split('.').slice(0, 4).join('.')
  ]) {
    t.match(await refusalOf(text), /^302 sdkEncData (?:is no compact JWE|has an unusable header)$/)
  }
})

t.test('a hostile sdkEncData never causes any other error, nor one that shows token or plaintext', async () => {
  const samples = await Promise.all(algs.flatMap((alg) => encs.map(async (enc) => await seal(alg, enc))))
  await fc.assert(fc.asyncProperty(fc.constantFrom(...samples), fc.nat(), fc.string({ maxLength: 8 }), async (jwe, at, text) => {
    const position = at % jwe.length
    const mutated = jwe.slice(0, position) + text + jwe.slice(position + Math.max(1, text.length))
    const refusal = await refusalOf(mutated)
    return mutated === jwe || /^(?:302 sdkEncData [a-zA-Z0-9 -]{1,50}$|311 )/.test(refusal)
  }), { numRuns: 400 })
})
