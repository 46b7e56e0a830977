/** What is of one run: ids, keys, signatures, proofs. */
const IDS = ['threeDSServerTransID', 'dsTransID', 'acsTransID', 'sdkTransID']

/**
 * A message with placeholders for what differs from run to run, so that it can be compared whole: an id of the transaction
 * becomes its name in braces wherever it stands, whatever else is there stays. A proof of 20 bytes in Base64 and a compact JWS
 * are named too; others stay, and so does an id of another transaction: neither is what a comparison waits for.
 * @param transaction its ids, as a message or an answer of it has them
 * @param more further texts to be named, by name: addresses
 */
export function named (message: unknown, transaction: Record<string, any>, more: Record<string, string> = {}): any {
  const ids = IDS.flatMap((name) => transaction[name] === undefined ? [] : [[name, transaction[name]]])
  return withNames(message, [...ids, ...Object.entries(more)])
}

function withNames (value: any, names: string[][], member = ''): any {
  if (Array.isArray(value)) return value.map((one) => withNames(one, names))
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withNames(inner, names, name)]))
  }
  if (typeof value !== 'string') return value
  if (member === 'authenticationValue' && /^[A-Za-z0-9+/]{27}=$/.test(value)) return '{20 bytes}'
  if (member === 'acsSignedContent' && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(value)) return '{JWS}'
  return names.reduce((text, [name, known]) => text.replaceAll(known as string, `{${name}}`), value)
}

/** The four members that every message of a transaction between servers begins with. */
export function commonMembers (messageType: string, messageVersion: string): Record<string, string> {
  return { messageType, messageVersion, threeDSServerTransID: '{threeDSServerTransID}', dsTransID: '{dsTransID}', acsTransID: '{acsTransID}' }
}
