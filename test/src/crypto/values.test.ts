import fc from 'fast-check'
import t from 'tap'
import { authenticationValue, type AuthenticationKind } from '../../../src/crypto/authentication-value.ts'
import { decodeBase64url, decodeBrowserBase64, encodeBase64url } from '../../../src/crypto/base64url.ts'
import type { Scheme } from '../../../src/protocol/schemes.ts'

const acsTransID = '5d9e0c11-46a8-4b7f-8e22-91f3a7c4d0b6'

t.test('base64url is written without padding, RFC 7515 §2', async (t) => {
  t.equal(encodeBase64url(''), '')
  t.equal(encodeBase64url('f'), 'Zg')
  t.equal(encodeBase64url(new Uint8Array([0xfb, 0xff, 0xfe])), '-__-')
  t.equal(encodeBase64url(Buffer.from('xfoobar').subarray(1)), 'Zm9vYmFy', 'a view is encoded, not what lies around it')
  t.equal(encodeBase64url('é'), 'w6k', 'text is UTF-8')
})

t.test('a JOSE part is read only as it would be written, RFC 7515 §2', async (t) => {
  t.strictSame(decodeBase64url('-__-'), Buffer.from([0xfb, 0xff, 0xfe]))
  t.strictSame(decodeBase64url(''), Buffer.alloc(0))
  const refused = ['Zg==', 'Zg=', 'Z', 'Zm9vY', ' Zg', 'Zg ', 'Zg\n', 'Z\r\ng', '+//+', 'Zm9v.', 'Zm9vé', '\u0000', 'Zh']
  for (const text of refused) t.equal(decodeBase64url(text), undefined, JSON.stringify(text))
})

t.test('any bytes survive the way there and back', async () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => Buffer.from(bytes).equals(decodeBase64url(encodeBase64url(bytes)) as Buffer)))
  fc.assert(fc.property(fc.uint8Array(), (bytes) => {
    const written = Buffer.from(bytes).toString('base64')
    const wrapped = written.replace(/(.{5})/g, '$1\r\n')
    return [written, written.replace(/=/g, ''), wrapped, encodeBase64url(bytes)]
      .every((text) => Buffer.from(bytes).equals(decodeBrowserBase64(text) as Buffer))
  }))
})

t.test('two different texts never stand for the same JOSE part', async () => {
  fc.assert(fc.property(fc.string(), (text) => {
    const bytes = decodeBase64url(text)
    return bytes === undefined || encodeBase64url(bytes) === text
  }))
})

t.test('a browser field may be of either alphabet, padded or not, with white space, RFC 2045 §6.8', async (t) => {
  const bytes = Buffer.from([0xfb, 0xff, 0xfe, 0x01])
  for (const text of ['+//+AQ==', '-__-AQ', '-__-AQ==', '+//+AQ', ' +//+\r\n\tAQ==\n', '-/_+AR']) {
    t.strictSame(decodeBrowserBase64(text), bytes, JSON.stringify(text))
  }
  t.strictSame(decodeBrowserBase64(''), Buffer.alloc(0))
  for (const text of ['AQ=', 'AQ===', '=', 'A', 'AQID=', 'AQ==AQ==', 'A%3D', '{"a":1}', 'AQ\u00a0', 'AQ\v', 'AQ\u0000']) {
    t.equal(decodeBrowserBase64(text), undefined, JSON.stringify(text))
  }
})

t.test('an authentication value is 20 bytes in 28 characters and begins as its scheme begins it, emv3ds-protocol §8', async (t) => {
  const expected: Record<Scheme, [string, string, string, string]> = {
    visa: ['AAAB', 'AAAB', 'AAAB', 'AAAB'],
    amex: ['AAAB', 'AAAB', 'AAAB', 'AAAB'],
    discover: ['AAAB', 'AAAB', 'AAAB', 'AAAB'],
    jcb: ['AAAB', 'AAAB', 'AAAB', 'AAAB'],
    unionpay: ['AAAB', 'AAAB', 'AAAB', 'AAAB'],
    other: ['AAAB', 'AAAB', 'AAAB', 'AAAB'],
    mir: ['CABR', 'CABR', 'CABR', 'CABR'],
    mastercard: ['kA', 'kB', 'kE', 'kX']
  }
  const kinds: readonly AuthenticationKind[] = ['frictionless', 'challenge', 'attempt', 'informational']
  for (const [scheme, prefixes] of Object.entries(expected) as Array<[Scheme, string[]]>) {
    kinds.forEach((kind, index) => {
      const value = authenticationValue({ seed: 's', scheme, acsTransID, kind })
      t.match(value, /^[A-Za-z0-9+/]{27}=$/, `${scheme} ${kind}`)
      t.equal(Buffer.from(value, 'base64').length, 20)
      t.equal(Buffer.from(value, 'base64').toString('base64'), value, 'no spare bits')
      t.ok(value.startsWith(prefixes[index] as string))
    })
  }
})

t.test('the same seed, transaction and kind give the same value, another of them another', async (t) => {
  const of = (changed: { seed?: string, acsTransID?: string, kind?: AuthenticationKind }) =>
    authenticationValue({ seed: 'seed', scheme: 'visa', acsTransID, kind: 'challenge', ...changed })
  t.equal(of({}), of({}))
  t.equal(of({}), 'AAABE7dcRNuaTpUSl+lKBBl5Wyw=')
  const values = [of({}), of({ seed: 'other' }), of({ acsTransID: acsTransID.replace('5', '6') }), of({ kind: 'frictionless' })]
  t.equal(new Set(values).size, 4)
})
