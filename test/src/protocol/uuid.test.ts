import fc from 'fast-check'
import t from 'tap'
import { canonicalUuid } from '../../../src/protocol/uuid.ts'
import { FinalRequestSchema } from '../../../src/dialects/three-ds-server-api/request-schemas.ts'
import { createChecker } from '../../../src/protocol/checker.ts'

const id = '3f6b1c52-7d0e-4a61-9b1f-2c9d5e7a8013'
const bare = id.replaceAll('-', '')

t.test('a UUID in any form has one canonical form (compatibility §0.3)', async (t) => {
  for (const form of [id, id.toUpperCase(), bare, bare.toUpperCase(), `{${id}}`, `{${bare}}`, `urn:uuid:${id}`, `URN:UUID:${bare}`]) {
    t.equal(canonicalUuid(form), id, form)
  }
  t.equal(canonicalUuid('00000000-0000-0000-0000-000000000000'), '00000000-0000-0000-0000-000000000000', 'any version')
})

t.test('what is no UUID has none', async (t) => {
  for (const text of ['', 'x', id.slice(1), `${id}0`, `{${id}`, `${id}}`, id.replace('-', ''), `${id}\n`, ` ${id}`, `urn:uuid:{${id}}`, 'g'.repeat(32), 'a'.repeat(46), undefined, null, 5, {}, [id]]) {
    t.equal(canonicalUuid(text), undefined, JSON.stringify(text))
  }
})

t.test('every text that the schemas let through as a UUID has a canonical form', async (t) => {
  const check = createChecker(FinalRequestSchema)
  const part = fc.constantFrom('', '-', '{', '}', 'urn:uuid:', id, bare, id.slice(0, 8), id.slice(8), 'A', '\n')
  fc.assert(fc.property(fc.oneof(fc.array(part, { maxLength: 4 }).map((parts) => parts.join('')), fc.stringMatching(/^\{?[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\}?$/)), (text) => {
    return check({ threeDSServerTransID: text }).length > 0 || canonicalUuid(text) !== undefined
  }), { numRuns: 1000 })
  t.strictSame(check({ threeDSServerTransID: `{${id}}` }), [])
})
