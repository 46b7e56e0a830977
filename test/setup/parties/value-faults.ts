import { isIP } from 'node:net'
import { type Child, type Condition, inVersion, type Shape } from './catalogue.ts'

/** What is wrong, with the code an Erro would have (emv3ds-protocol §12.2). A child's name is `parent.child`. */
export interface Fault { code: string, element: string }

/** §3.2: what is there but empty counts as missing. */
export function isMissing (value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

/**
 * Every fault of a value that is not empty, with those of its children.
 * @param name as it shall stand in the fault
 * @param holds decides a condition of a child among its siblings
 */
export function valueFaults (name: string, value: any, shape: Shape, version: string, holds: (when: Condition, siblings: any) => boolean): Fault[] {
  const wrong = (code = '203'): Fault[] => [{ code, element: name }]
  const { format } = shape
  if (!shape.type.split('|').includes(typeOf(value))) return wrong()

  if (Array.isArray(value)) {
    if (!isWithin(value.length, format['size'])) return wrong()
    if (!isWithin(JSON.stringify(value).length, format['totalLength'])) return wrong()
    if (version === '2.3.1' && new Set(value.map((item) => JSON.stringify(item))).size < value.length) return wrong('204')
    const { type, ...itemFormat } = format['items']
    // What an array says of its values is meant for each of them.
    const item: Shape = { ...shape, type, format: itemFormat }
    return value.flatMap((one) => isMissing(one) ? wrong() : valueFaults(name, one, item, version, holds))
  }
  if (typeof value === 'object') {
    if (!isWithin(JSON.stringify(value).length, format['length']) || !isSelectEntry(value, format)) return wrong()
    return childFaults(name, value, shape.children ?? [], version, holds)
  }
  if (typeof value === 'string') {
    if (!isWithin([...value].length, format['length'])) return wrong()
    if (format['regex'] !== undefined && !new RegExp(format['regex']).test(value)) return wrong()
    if (format['kind'] !== undefined && !isOfKind(value, format['kind'], format['pattern'])) return wrong()
    const range = format['numericRange']
    if (range !== undefined && !(Number(value) >= range[0] && Number(value) <= range[1])) return wrong()
    // §3.10
    if (format['excluded']?.includes(value) || (format['excludedRange'] !== undefined && isInRange(value, String(format['excludedRange'])))) return wrong('304')
  }
  return isAmongValues(value, shape, version) ? [] : wrong(isReserved(value, shape, version) && version === '2.3.1' ? '207' : '203')
}

function childFaults (parent: string, object: any, children: Child[], version: string, holds: (when: Condition, siblings: any) => boolean): Fault[] {
  return children.filter(({ versions }) => versions.includes(version)).flatMap((listed) => {
    const child = inVersion(listed, version)
    const name = `${parent}.${child.name}`
    const value = object[child.name]
    const due = child.presence === 'R' || (child.presence === 'C' && child.when !== undefined && holds(child.when, object))
    if (isMissing(value)) {
      if (due) return [{ code: '201', element: name }]
      return value === undefined ? [] : [{ code: '203', element: name }]
    }
    return valueFaults(name, value, child, version, holds)
  })
}

function typeOf (value: unknown): string {
  return Array.isArray(value) ? 'array' : typeof value
}

function isWithin (count: number, limits: { fixed?: number, min?: number, max?: number } | undefined): boolean {
  if (limits === undefined) return true
  const { fixed, min = fixed ?? 0, max = fixed ?? Infinity } = limits
  return count >= min && count <= max
}

/** An entry of challengeSelectInfo has one key; §9.2. Every other object passes. */
function isSelectEntry (value: object, { singleKey, keyLength, valueLength, pairLength }: Record<string, any>): boolean {
  if (singleKey !== true) return true
  const [[key, text] = ['', '']] = Object.entries(value)
  return Object.keys(value).length === 1 && typeof text === 'string' && text !== '' && isWithin(key.length, keyLength) &&
    isWithin(text.length, valueLength) && isWithin(text.length, pairLength)
}

function isAmongValues (value: unknown, { values, reserved, otherCodes }: Shape, version: string): boolean {
  if (values === undefined || otherCodes === 'accepted') return true
  const known = values.filter(({ versions }) => versions?.includes(version) ?? true)
  if (known.some(({ code }) => code === value)) return true
  // 80-99 are for the Directory Server to judge, so each value there may be right (§3.4).
  const codes = known.every(({ code }) => typeof code === 'string' && /^\d\d$/.test(code))
  return codes && /^[89]\d$/.test(String(value)) && !isReserved(value, { type: 'string', format: {}, reserved: (reserved ?? []).filter(({ range }) => range !== '80-99') }, version)
}

function isReserved (value: unknown, { reserved = [] }: Shape, version: string): boolean {
  return reserved.some(({ range, versions }) => (versions?.includes(version) ?? true) && isInRange(String(value), range))
}

/** @param ranges such as `02` or `06-10,16-79` */
function isInRange (value: string, ranges: string): boolean {
  return ranges.split(',').some((range) => {
    const [first = '', last = first] = range.split('-')
    return /^\d+$/.test(value) && Number(value) >= Number(first) && Number(value) <= Number(last)
  })
}

/** The kinds that a regular expression of the catalogue does not settle. */
function isOfKind (value: string, kind: string, pattern = ''): boolean {
  switch (kind) {
    case 'date':
    case 'date-time': return isTime(value, pattern)
    case 'url-absolute': return /^https?:\/\/[^/?#@]+([/?#]|$)/.test(value) && URL.canParse(value)
    case 'url-app': return /^[A-Za-z][A-Za-z0-9+.-]*:/.test(value) && URL.canParse(value)
    case 'base64url': return isBase64url(value)
    case 'base64url-json': return isBase64url(value) && isJson(decoded(value))
    case 'base64url-html': return isBase64url(value) && /^\s*</.test(decoded(value))
    case 'jws-compact': return value.split('.').length === 3 && value.split('.').every(isBase64url)
    case 'jwe-compact': return value.split('.').length === 5 && value.split('.').every((part, index) => index === 1 || isBase64url(part))
    case 'ipv4-or-ipv6': return isIP(value) !== 0
    case 'bcp47': return /^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$/.test(value)
    case 'iso4217-alpha': return /^[A-Z]{3}$/.test(value)
    case 'email': return /^[^@\s]+@[^@\s]+$/.test(value)
    case 'uuid':
    case 'base64':
    case 'iso3166-1-numeric':
    case 'iso3166-2-subdivision':
    case 'iso4217-numeric': return true
    // A kind that this list does not know must not pass unseen.
    default: throw new Error(`the catalogue has a kind that the parties of the tests do not know: ${kind}`)
  }
}

/** Whether it is a moment that the calendar has. */
function isTime (value: string, pattern: string): boolean {
  const part = (letters: string) => {
    const at = pattern.indexOf(letters)
    return at === -1 ? undefined : Number(value.slice(at, at + letters.length))
  }
  const year = part('YYYY') ?? 2000 + (part('YY') ?? 0)
  // MM stands for the month first and for the minute behind HH.
  const month = Number(value.slice(pattern.indexOf('MM'), pattern.indexOf('MM') + 2))
  const minute = pattern.includes('HHMM') ? Number(value.slice(pattern.indexOf('HHMM') + 2, pattern.indexOf('HHMM') + 4)) : 0
  const parts = [year, month - 1, part('DD') ?? 1, part('HH') ?? 0, minute, part('SS') ?? 0] as const
  const date = new Date(Date.UTC(...parts))
  const read = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate(), date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()]
  return value.length === pattern.length && read.every((number, index) => number === parts[index])
}

function isBase64url (value: string): boolean {
  return /^[A-Za-z0-9_-]+$/.test(value)
}

function decoded (value: string): string {
  return Buffer.from(value, 'base64url').toString('utf8')
}

function isJson (text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object'
  } catch {
    return false
  }
}
