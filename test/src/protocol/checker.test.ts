import t from 'tap'
import { Type } from 'typebox'
import { createChecker } from '../../../src/protocol/checker.ts'

const schema = Type.Object({
  id: Type.String({ pattern: '^[a-z]+$', description: 'a description that is not shown' }),
  inner: Type.Optional(Type.Object({ needed: Type.String(), list: Type.Optional(Type.Array(Type.String())) })),
  either: Type.Optional(Type.Union([Type.String(), Type.Array(Type.String())])),
  kind: Type.Optional(Type.Union([Type.Literal('01'), Type.Literal('02')]))
})
const check = createChecker(schema)

t.test('nothing is said against a valid value, and the value is never changed', async (t) => {
  const value = Object.freeze({ id: 'a', inner: { needed: 'b', list: [] }, either: ['c'], kind: '01', unknown: 1 })
  t.strictSame(check(value), [])
  t.strictSame(value, { id: 'a', inner: { needed: 'b', list: [] }, either: ['c'], kind: '01', unknown: 1 })
})

t.test('every fault is named once, by path, without the value', async (t) => {
  t.strictSame(check({}), [{ element: 'id', message: 'is required', missing: true }])
  t.strictSame(check({ id: 5, inner: {}, either: 6, kind: '03' }), [
    { element: 'id', message: 'must be string' },
    { element: 'inner.needed', message: 'is required', missing: true },
    { element: 'either', message: 'has none of the allowed forms' },
    { element: 'kind', message: 'has none of the allowed forms' }
  ])
  t.strictSame(check({ id: 'SECRET', inner: { needed: 'b', list: ['c', 5] } }), [
    { element: 'id', message: 'must match pattern "^[a-z]+$"' },
    { element: 'inner.list.1', message: 'must be string' }
  ])
  t.strictSame(check('SECRET'), [{ element: '', message: 'must be object' }])
})

t.test('a hundred faults are a hundred faults, a million are not', async (t) => {
  const many = createChecker(Type.Object(Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`member${index}`, Type.Optional(Type.String())]))))
  t.equal(many(Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`member${index}`, index]))).length, 100)
  t.ok(check({ id: 'a', inner: { needed: 'b', list: Array(1_000_000).fill(5) } }).length <= 256)
})
