/** Writers for the few ASN.1 types a certificate is made of, in DER (X.690). Each returns the whole element. */

/** @param tag identifier octet: class, constructed bit and tag number */
export function element (tag: number, ...contents: Uint8Array[]): Buffer {
  const content = Buffer.concat(contents)
  return Buffer.concat([Buffer.from([tag]), lengthOf(content), content])
}

function lengthOf (content: Uint8Array): Buffer {
  if (content.length < 0x80) return Buffer.from([content.length])
  const hex = content.length.toString(16)
  const octets = Buffer.from(hex.padStart(hex.length + hex.length % 2, '0'), 'hex')
  return Buffer.concat([Buffer.from([0x80 | octets.length]), octets])
}

/** SEQUENCE. */
export function sequence (...elements: Uint8Array[]): Buffer {
  return element(0x30, ...elements)
}

/** SET with one member, which needs no sorting. */
export function setOf (member: Uint8Array): Buffer {
  return element(0x31, member)
}

/** BOOLEAN TRUE; DER leaves FALSE out where it is the default. */
export const TRUE = element(0x01, Buffer.from([0xff]))

/** INTEGER from 0 to 127. */
export function smallInteger (value: number): Buffer {
  return element(0x02, Buffer.from([value]))
}

/** INTEGER from big-endian bytes that start with 01 to 7f, so that it is positive and shortest. */
export function integer (bytes: Uint8Array): Buffer {
  return element(0x02, bytes)
}

/** OBJECT IDENTIFIER from dotted decimals; the first two arcs must fit one octet, as all of X.509's do. */
export function objectIdentifier (dotted: string): Buffer {
  const [first, second, ...rest] = dotted.split('.').map(Number) as [number, number, ...number[]]
  return element(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

function base128 (arc: number): number[] {
  const octets = [arc & 0x7f]
  for (let left = arc >> 7; left > 0; left >>= 7) octets.unshift(0x80 | (left & 0x7f))
  return octets
}

/** UTF8String. */
export function utf8String (text: string): Buffer {
  return element(0x0c, Buffer.from(text, 'utf8'))
}

/** OCTET STRING. */
export function octetString (bytes: Uint8Array): Buffer {
  return element(0x04, bytes)
}

/** BIT STRING. @param unused how many bits at the end do not count */
export function bitString (bytes: Uint8Array, unused = 0): Buffer {
  return element(0x03, Buffer.from([unused]), bytes)
}

/** UTCTime. @param text YYMMDDHHMMSSZ */
export function utcTime (text: string): Buffer {
  return element(0x17, Buffer.from(text, 'ascii'))
}
