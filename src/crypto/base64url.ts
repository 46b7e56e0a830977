const WHITE_SPACE = /[ \t\r\n]+/g
const EITHER_ALPHABET = /^(?:[A-Za-z0-9+/_-]{4})*(?:[A-Za-z0-9+/_-]{2}(?:==)?|[A-Za-z0-9+/_-]{3}=?)?$/

/**
 * Base64url without padding, as JOSE (RFC 7515 §2) and the browser fields of EMV 3DS want it.
 * @param bytes what to encode; text is taken as UTF-8
 */
export function encodeBase64url (bytes: Uint8Array | string): string {
  const buffer = typeof bytes === 'string' ? Buffer.from(bytes, 'utf8') : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return buffer.toString('base64url')
}

/**
 * Reads one part of a JOSE compact form. Padding, white space, foreign characters and spare bits that are not zero are
 * refused (RFC 7515 §2, RFC 4648 §3.5), so that two different texts never stand for the same bytes.
 * @returns the bytes, or undefined when the text is not exactly what `encodeBase64url` would write
 */
export function decodeBase64url (text: string): Buffer | undefined {
  // Buffer.from skips what it does not know; writing the bytes again shows whether it skipped anything.
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : undefined
}

/**
 * Reads a field that came through a browser (`creq`, `threeDSMethodData`): either alphabet, padded or not, line ends and
 * blanks as RFC 2045 §6.8 allows.
 * @returns the bytes, or undefined when any other character, a wrong padding or an impossible length is found
 */
export function decodeBrowserBase64 (text: string): Buffer | undefined {
  const compact = text.replace(WHITE_SPACE, '')
  return EITHER_ALPHABET.test(compact) ? Buffer.from(compact, 'base64url') : undefined
}
