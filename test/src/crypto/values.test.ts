import fc from 'fast-check'
import t from 'tap'
import { authenticationValue, type AuthenticationKind } from '../../../src/crypto/authentication-value.ts'
import { decodeBase64url, decodeBrowserBase64, encodeBase64url } from '../../../src/crypto/base64url.ts'
import { type Scheme, SCHEMES } from '../../../src/protocol/scheme-ranges.ts'

const transID = '5d9e0c11-46a8-4b7f-8e22-91f3a7c4d0b6'

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

const KINDS: readonly AuthenticationKind[] = ['frictionless', 'challenge', 'attempt', 'ds-attempt', 'exemption', 'informational']

/** 20 bytes, and for Mastercard 21. */
const PADDED = /^[A-Za-z0-9+/]{27}=$/
const UNPADDED = /^[A-Za-z0-9+/]{28}$/

t.test('an authentication value has 28 characters and begins as its scheme begins it, emv3ds-protocol §8', async (t) => {
  const all = (prefix: string) => KINDS.map(() => prefix)
  const expected: Record<Scheme, string[]> = {
    visa: all('AAAB'),
    mastercard: ['kA', 'kB', 'kE', 'kF', 'kN', 'kX'],
    amex: all('AAAB'),
    discover: all('AAAB'),
    jcb: all('AAAB'),
    unionpay: all('AAAB'),
    mir: all('CABR'),
    elo: all('AAAB'),
    eftpos: all('AAAB'),
    cb: all('AAAB'),
    other: all('AAAB')
  }
  for (const [scheme, prefixes] of Object.entries(expected) as Array<[Scheme, string[]]>) {
    const values = KINDS.map((kind) => authenticationValue({ seed: 's', scheme, transID, kind }))
    t.strictSame(values.map((value) => value.slice(0, prefixes[0]?.length)), prefixes, scheme)
    t.ok(values.every((value) => (scheme === 'mastercard' ? UNPADDED : PADDED).test(value)), `${scheme}: shape`)
    t.equal(new Set(values).size, KINDS.length, `${scheme}: each kind its own`)
  }
})

t.test('whatever the seed and the transaction, a value has the shape of its scheme and is canonical base64', async () => {
  fc.assert(fc.property(fc.string(), fc.string(), fc.constantFrom(...SCHEMES), fc.constantFrom(...KINDS), (seed, transID, scheme, kind) => {
    const value = authenticationValue({ seed, scheme, transID, kind })
    const bytes = Buffer.from(value, 'base64')
    return value === authenticationValue({ seed, scheme, transID, kind }) &&
      (scheme === 'mastercard' ? UNPADDED : PADDED).test(value) &&
      bytes.length === (scheme === 'mastercard' ? 21 : 20) && bytes.toString('base64') === value
  }))
})

t.test('the same seed, transaction and kind give the same value, another of them another', async (t) => {
  const of = (changed: { seed?: string, transID?: string, kind?: AuthenticationKind }) =>
    authenticationValue({ seed: 'seed', scheme: 'visa', transID, kind: 'challenge', ...changed })
  const values = [of({}), of({ seed: 'other' }), of({ transID: transID.replace('5', '6') }), of({ kind: 'frictionless' })]
  t.equal(new Set(values).size, 4)
  t.equal(of({}), values[0])
})

const FIXED = {
  visa: [
    'AAABztUPAKTJMK5FUXrbetJ7PTk=', 'AAABE7dcRNuaTpUSl+lKBBl5Wyw=', 'AAABNjrosN2Ab87MPo8Y9enS55U=',
    'AAAB6goQ9AdRPsBEtnBynxS5T7g=', 'AAAB9tGgri2ljQA5IxFC9KDpvaw=', 'AAABHi0Kf/LF82pPOpg09sNWF/U='
  ],
  mastercard: [
    'kAqCztUPAKTJMK5FUXrbetJ7PTka', 'kBYkE7dcRNuaTpUSl+lKBBl5WyyZ', 'kEbqNjrosN2Ab87MPo8Y9enS55UR',
    'kFZ/6goQ9AdRPsBEtnBynxS5T7j5', 'kNnF9tGgri2ljQA5IxFC9KDpvazX', 'kXMnHi0Kf/LF82pPOpg09sNWF/Ud'
  ],
  mir: [
    'CABRztUPAKTJMK5FUXrbetJ7PTk=', 'CABRE7dcRNuaTpUSl+lKBBl5Wyw=', 'CABRNjrosN2Ab87MPo8Y9enS55U=',
    'CABR6goQ9AdRPsBEtnBynxS5T7g=', 'CABR9tGgri2ljQA5IxFC9KDpvaw=', 'CABRHi0Kf/LF82pPOpg09sNWF/U='
  ]
}

t.test('values are the same in every release', async (t) => {
  const of = (scheme: Scheme) => KINDS.map((kind) => authenticationValue({ seed: 'seed', scheme, transID, kind }))
  t.strictSame({ visa: of('visa'), mastercard: of('mastercard'), mir: of('mir') }, FIXED)
})
