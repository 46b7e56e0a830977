import t from 'tap'
import { Compile } from 'typebox/schema'
import { messageJsonSchema, versionsOf } from '../../../../src/protocol/catalogue/json-schema.ts'
import type { MessageType } from '../../../../src/protocol/judge.ts'
import { badValues, byName, complete, copy, elements, goodValues, type Message, rowOf, shapeIn, VERSIONS, type Way, waysOf } from './messages.ts'

const checks = new Map<string, ReturnType<typeof Compile>>()
function passes (message: Message, { messageType, version }: Way): boolean {
  const key = `${messageType} ${version}`
  const check = checks.get(key) ?? Compile(messageJsonSchema(messageType as MessageType, version))
  checks.set(key, check)
  return check.Check(message)
}

/** What a schema can say: types, lengths, patterns, codes. Dates, ISO tables, sizes as JSON and doubles it cannot. */
const SAID = new Set(['wrong type', 'too short', 'not listed', 'reserved', 'wrong characters', 'item of wrong type', 'item is null', 'item is an array', 'item is a boolean', 'too many', 'two pairs', 'no pair', 'no text', 'empty text', 'missing'])

t.test('whatever passes the judge has the form of the message\'s schema, and what a schema can refuse it refuses', async (t) => {
  for (const element of elements) {
    const faults: string[] = []
    const seen = new Set<string>()
    for (const way of waysOf(element)) {
      const key = `${way.messageType} ${way.version}`
      const whole = complete({}, way)
      if (!passes(whole, way)) faults.push(`${key} ${way.channel} ${way.leg} ${way.contexts.join()}: a whole message is refused`)
      if (seen.has(key) || ['messageType', 'messageVersion'].includes(element.name)) continue
      seen.add(key)
      const shape = shapeIn(way.version, element)
      for (const value of goodValues(shape, way)) {
        // The judge counts what is outside the basic plane as two characters where there would be too few.
        if (/[\u{10000}-\u{10FFFF}]/u.test(JSON.stringify(value))) continue
        if (!passes(complete({ [element.name]: copy(value) }, way), way)) faults.push(`${key}: ${JSON.stringify(value).slice(0, 80)} is refused`)
      }
      for (const { value, how } of badValues(shape, element.name, way)) {
        const isLong = shape.format.length?.max !== undefined && shape.type === 'object'
        if (SAID.has(how) && !isLong && !(how === 'missing' && JSON.stringify(shape.children).includes('"when"')) && passes({ ...whole, [element.name]: value }, way)) faults.push(`${key}: ${how} ${JSON.stringify(value).slice(0, 80)} is not refused`)
      }
    }
    t.strictSame(faults.slice(0, 10), [], element.name)
  }
})

t.test('every version has every message, but for operation requests, which came with 2.3.1 (§16)', async (t) => {
  for (const type of ['AReq', 'ARes', 'CReq', 'CRes', 'PReq', 'PRes', 'RReq', 'RRes', 'Erro'] as const) t.strictSame(versionsOf(type), VERSIONS, type)
  for (const type of ['OReq', 'ORes'] as const) t.strictSame(versionsOf(type), ['2.3.1'], type)
})

t.test('required is what each message of the type and version has to have, whatever its channel, category and leg', async (t) => {
  const ways = waysOf(byName.get('messageType'))
  for (const type of new Set(ways.map(({ messageType }) => messageType))) {
    for (const version of versionsOf(type as MessageType)) {
      const all = ways.filter((way) => way.messageType === type && way.version === version)
      const expected = elements.filter((element) => all.every((way) => rowOf(element, way)?.presence === 'R')).map(({ name }) => name)
      t.strictSame(messageJsonSchema(type as MessageType, version)['required'], expected, `${type} ${version}`)
    }
  }
})
