import t from 'tap'
import fc from 'fast-check'
import { readMessage } from '../../../src/protocol/read-message.ts'

const duplicatesOf = (raw: string) => readMessage(raw)?.duplicates

t.test('a JSON object is read as JSON.parse reads it; everything else is nothing (101)', async (t) => {
  t.strictSame(readMessage('{"a":[1,{"b":null}]}'), { message: { a: [1, { b: null }] }, duplicates: [], hasEscapes: false })
  t.strictSame(readMessage('{}'), { message: {}, duplicates: [], hasEscapes: false })
  for (const raw of ['', ' ', '[]', '[{}]', 'null', '"x"', '5', 'true', '{', '{"a":1}}', "{'a':1}", '{"a":1,}', 'AReq', '\u{feff}{}']) {
    t.equal(readMessage(raw), undefined, raw)
  }
})

t.test('a key that stands twice in one object is named once, as parent.child (§3.5)', async (t) => {
  const table: [raw: string, duplicates: string[]][] = [
    ['{"a":1,"b":2}', []],
    ['{"a":1,"a":1}', ['a']],
    ['{"a":1,"a":2,"a":3}', ['a']],
    ['{"a":1,"b":2,"b":2,"a":1}', ['b', 'a']],
    ['{"acctInfo":{"chAccDate":"1","chAccDate":"2"}}', ['acctInfo.chAccDate']],
    ['{"a":{"x":1},"b":{"x":1}}', []],
    ['{"x":{"x":{"x":1}}}', []],
    ['{"a":{"b":{"c":1,"c":2}},"a":3}', ['a.b.c', 'a']],
    ['{"list":[{"id":"1"},{"id":"2"}]}', []],
    ['{"list":[{"id":"1","id":"2"},{"id":"3","id":"4"}]}', ['list.id']],
    ['{"list":[[{"id":1,"id":2}]]}', ['list.id']],
    ['{"list":["a","a"],"b":"list"}', []],
    ['{"acctID":1,"\\u0061cctID":2}', ['acctID']],
    ['{"a\\"b":1,"a\\u0022b":2}', ['a"b']],
    ['{"a\\\\":1,"a\\\\":2}', ['a\\']],
    ['{"":1,"":2}', ['']],
    ['{"__proto__":1,"__proto__":2}', ['__proto__']],
    ['{"constructor":{"toString":1,"toString":1}}', ['constructor.toString']],
    ['{"1":1,"1":2,"01":3}', ['1']],
    ['{"é":1,"\\u00e9":2}', ['é']],
    ['{"a":1,"A":2}', []],
    [' { "a" : 1 , "a"\t:\r\n2 } ', ['a']],
    ['{ "a" : "\\\\" , "b" : "\\"" , "c":"\\\\\\"" , "b" : 1 }', ['b']]
  ]
  for (const [raw, duplicates] of table) t.strictSame(duplicatesOf(raw), duplicates, raw)
})

t.test('texts that look like keys are not taken for keys', async (t) => {
  for (const raw of ['{"a":"\\"a\\":1"}', '{"a":":","b":":"}', '{"a":"x \\":\\" :y","b":" :"}', '{"a":["b","b",":"]}', '{"a" :"{\\"a\\":1,\\"a\\":2}"}']) {
    t.strictSame(duplicatesOf(raw), [], raw)
  }
})

t.test('__proto__ is a member like any other', async (t) => {
  const message = readMessage('{"__proto__":{"messageType":"AReq"}}')?.message
  t.equal(message?.['messageType'], undefined)
  t.equal(Object.hasOwn(message ?? {}, '__proto__'), true)
})

t.test('no input takes more time or room than its length', async (t) => {
  const deep = 200_000
  t.strictSame(duplicatesOf(`{"a":${'['.repeat(deep)}${']'.repeat(deep)}}`), [])
  t.strictSame(duplicatesOf(`${'{"a":'.repeat(deep)}1${'}'.repeat(deep)}`), [])
  const named = duplicatesOf(`${'{"a":1,"a":'.repeat(deep)}1${'}'.repeat(deep)}`) ?? []
  t.equal(named[0], 'a')
  t.equal(named[1], 'a.a')
  t.ok(named.join().length < 3 * 2048, 'as many names as an errorDetail can hold')
  t.strictSame(duplicatesOf(`{"b":1,"b":2,"a":"${'\\\\'.repeat(500_000)}"}`), ['b'])
  t.strictSame(duplicatesOf(`{"b":1,"b":2,"a":"${'\\"'.repeat(500_000)}"}`), ['b'])
  t.strictSame(duplicatesOf(`{"b":1${' '.repeat(500_000)},"b"${' '.repeat(500_000)}:2}`), ['b'])
  t.equal(duplicatesOf(`{${'"k":1,'.repeat(200_000)}"z":1}`)?.length, 1)
  const many = Array.from({ length: 50_000 }, (_, index) => `"k${index}":1,"k${index}":2`).join()
  t.ok((duplicatesOf(`{${many}}`)?.length ?? 0) < 2048)
  const long = 'n'.repeat(100_000)
  t.strictSame(duplicatesOf(`{"${long}":1,"${long}":2}`), [long])
  t.strictSame(duplicatesOf(`{"${long}":{"x":1,"x":2}}`), ['x'])
})

/** Keeps every member as a pair, in its order: what a reader without JSON.parse would see. */
type Tree = { members: [key: string, value: Tree][] } | { items: Tree[] } | { text: string }

const { tree } = fc.letrec<{ tree: Tree, members: Tree }>((tie) => ({
  members: fc.record({ members: fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', '', ':', '"', '\\', '__proto__', 'é', '{'), tie('tree')), { maxLength: 5 }) }) as fc.Arbitrary<Tree>,
  tree: fc.oneof(
    { depthSize: 'medium' },
    fc.oneof(fc.constantFrom('":', ' :', '{"a":1,"a":2}', '\\"'), fc.string()).map((text): Tree => ({ text })),
    fc.array(tie('tree'), { maxLength: 4 }).map((items): Tree => ({ items })),
    tie('members')
  )
}))

const escapeAll = (key: string) => `"${[...key].map((one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`

function write (node: Tree, space: string, escaped: boolean): string {
  if ('text' in node) return JSON.stringify(node.text)
  if ('items' in node) return `[${node.items.map((item) => write(item, space, escaped)).join(`,${space}`)}]`
  const members = node.members.map(([key, value], index) => `${escaped && index % 2 === 1 ? escapeAll(key) : JSON.stringify(key)}${space}:${space}${write(value, space, escaped)}`)
  return `{${space}${members.join(',')}${space}}`
}

function naive (node: Tree, path: string, found: Set<string>): Set<string> {
  if ('items' in node) for (const item of node.items) naive(item, path, found)
  if ('members' in node) {
    const seen: string[] = []
    for (const [key, value] of node.members) {
      if (seen.includes(key)) found.add(path + key)
      seen.push(key)
      naive(value, `${path}${key}.`, found)
    }
  }
  return found
}

t.test('duplicates are those that a reader sees who keeps every member (§3.5)', async () => {
  fc.assert(fc.property(tree, fc.constantFrom('', ' ', '\n\t'), fc.boolean(), (node, space, escaped) => {
    const raw = write({ members: [['root', node]] }, space, escaped)
    const read = readMessage(raw)
    return read !== undefined && JSON.stringify(read.message) === JSON.stringify(JSON.parse(raw)) &&
      JSON.stringify([...read.duplicates].sort()) === JSON.stringify([...naive(node, 'root.', new Set())].sort())
  }), { numRuns: 1000 })
})
