import t from 'tap'
import { Compile } from 'typebox/compile'
import { ElementSchema } from '../../../../src/protocol/catalogue/element.ts'
import { catalogue } from '../../../../src/protocol/catalogue/elements.ts'
import { textCheck } from '../../../../src/protocol/catalogue/formats.ts'
import { isoTable } from '../../../../src/protocol/catalogue/iso-tables.ts'
import { createJudge, type Expected, type Judge } from '../../../../src/protocol/judge.ts'
import { badValues, byName, complete, copy, elements, goodValues, type Message, messageThatNeeds, rowOf, shapeIn, VERSIONS, type Way, waysOf } from './messages.ts'

const strict = createJudge({ strict: true, firstErrorCode: '203' })
const tolerant = createJudge({ strict: false, firstErrorCode: '203' })

function ask (judge: Judge, message: Message, way: Way): string {
  const expected = {
    messageTypes: [way.messageType],
    version: way.version,
    earlier: way.earlier,
    contexts: way.contexts,
    ...(way.leg === undefined ? {} : { leg: way.leg }),
    ...(way.channel === '' ? {} : { deviceChannel: way.channel }),
    ...(way.category === '' ? {} : { messageCategory: way.category })
  } as Expected
  const { refused } = judge({ message, duplicates: [], hasEscapes: false }, expected)
  return refused === undefined ? 'passes' : `${refused.errorCode} ${refused.errorDetail}`
}

const nameOf = ({ messageType, version, channel, category, leg, contexts }: Way) => [messageType, version, channel, category, leg, ...contexts].filter(Boolean).join(' ')
const short = (value: unknown) => (JSON.stringify(value) ?? 'nothing').slice(0, 60)

/** No critical extension passes: 202. */
const isCritical = (value: any) => Array.isArray(value) && value.some((item) => item.criticalityIndicator === true)

/** Every value that passes and every way to break one; the elements that say what message it is are judged before. */
function * valueFaults (element: any, way: Way): Generator<string> {
  const shape = shapeIn(way.version, element)
  const decides = ['messageType', 'messageVersion'].includes(element.name)
  const good = decides ? [] : goodValues(shape, way)
  for (const value of good) {
    if (element.name === 'deviceChannel' || element.name === 'messageCategory' || isCritical(value)) continue
    const answer = ask(strict, complete({ [element.name]: copy(value) }, way), way)
    if (answer !== 'passes') yield `${nameOf(way)}: ${short(value)} should pass: ${answer}`
  }
  const message = complete(good.length === 0 ? {} : { [element.name]: good[0] }, way)
  for (const { value, errorCode, element: named, how } of decides ? [] : badValues(shape, element.name, way)) {
    const answer = ask(strict, { ...message, [element.name]: value }, way)
    const soft = ask(tolerant, { ...message, [element.name]: value }, way)
    const tolerated = errorCode === '304' || (how === 'empty' && errorCode === '203')
    if (answer !== `${errorCode} ${named}`) yield `${nameOf(way)}: ${how} ${short(value)} should be ${errorCode} ${named}: ${answer}`
    if (soft !== (tolerated ? 'passes' : answer)) yield `${nameOf(way)}: ${how} ${short(value)}, not strict: ${soft}`
  }
}

/** What is said of an element that is missing or empty, where it has to be there and where it does not. */
function * presenceFaults (element: any, given: Way): Generator<string> {
  if (element.name === 'messageType') return
  const needed = messageThatNeeds(element, given)
  if (needed !== undefined) {
    const { message, way } = needed
    if (ask(strict, message, way) !== 'passes') yield `${nameOf(way)}: whole, but ${ask(strict, message, way)}`
    for (const empty of [undefined, '', null, [], {}]) {
      const without: Message = { ...message, [element.name]: empty }
      if (empty === undefined) delete without[element.name]
      const [code, names = ''] = ask(tolerant, without, way).split(' ')
      if (code !== '201' || !names.split(',').includes(element.name)) yield `${nameOf(way)}: ${short(empty)} should be 201: ${code} ${names}`
    }
  }
  const message = complete({}, given)
  if (message[element.name] !== undefined) return
  for (const empty of ['', null, [], {}]) {
    if (ask(strict, { ...message, [element.name]: empty }, given) !== `203 ${element.name}`) yield `${nameOf(given)}: empty ${short(empty)} should be 203`
    if (ask(tolerant, { ...message, [element.name]: empty }, given) !== 'passes') yield `${nameOf(given)}: empty ${short(empty)} should be tolerated`
  }
}

t.test('the catalogue says nothing that its schema does not know', async (t) => {
  const schema = Compile(ElementSchema)
  t.equal(catalogue().length, 216)
  t.equal(new Set(catalogue().map(({ name }) => name)).size, 216)
  for (const element of catalogue()) t.strictSame(schema.Errors(element), [], element.name)
  const [first] = catalogue()
  const wrong = [
    { ...first, more: true },
    { ...first, type: 'number' },
    { ...first, versions: ['2.0.0'] },
    { ...first, format: { length: { most: 5 } } },
    { ...first, inclusion: { XReq: [] } },
    { ...first, inclusion: { AReq: [{ ...rowOf(first, waysOf(first)[0] as Way), when: { all: [{ field: 'a', equals: 'b' }] } }] } },
    { ...first, children: [{ name: 'child', presence: 'R', versions: ['2.3.1'], type: 'object', format: {}, children: [{ name: 'grandchild' }] }] }
  ]
  for (const element of wrong) t.equal(schema.Check(element), false)
})

/** Every shape that an element and its members have in some version. */
function * shapesOf (element: any, path = element.name): Generator<[path: string, version: string, shape: any]> {
  for (const version of VERSIONS) yield [path, version, shapeIn(version, element)]
  for (const child of element.children ?? []) yield * shapesOf(child, `${path}.${child.name}`)
}

t.test('a listed code has the format of its element, and no element has both codes and an ISO table: a code that is found needs no second look', async (t) => {
  const misfits = elements.flatMap((element) => [...shapesOf(element)]).filter(([, , { values = [], format }]) => {
    const fits = textCheck(format.items ?? format)
    return values.some(({ code }: any) => typeof code === 'string' && !fits(code)) || (values.length > 0 && isoTable(format) !== undefined)
  })
  t.strictSame(misfits, [])
})

t.test('what lies in a range for the use of a DS is a number in it (§3.4)', async (t) => {
  const [way] = waysOf(byName.get('messageCategory')) as [Way]
  for (const [code, passes] of [['80', true], ['99', true], ['8x', false], ['9 ', false], ['8', false]] as const) {
    const answer = ask(tolerant, complete({ acctType: code }, way), way)
    t.equal(answer, passes ? 'passes' : '203 acctType', code)
  }
})

t.test('every element, in every message, version, channel and category that has it: what passes, and what each fault is called (§3)', async (t) => {
  for (const element of elements) {
    const ways = waysOf(element)
    const faults: string[] = []
    const seen = new Set<string>()
    for (const way of ways) {
      faults.push(...presenceFaults(element, way))
      // Only the version changes what a value may be, and for some codes the message.
      const key = element.name === 'transStatus' ? `${way.messageType} ${way.version}` : way.version
      if (!seen.has(key)) faults.push(...valueFaults(element, way))
      seen.add(key)
    }
    t.strictSame(faults.slice(0, 20), [], `${element.name}: ${ways.length} ways`)
  }
})
