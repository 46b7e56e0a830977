import { isJsonObject } from '../json.ts'
import type { Json, JsonObject } from '../messages.ts'
import type { Condition } from './element.ts'

/** What conditions look at. What is not given is not known, and no condition that asks for it is sure. */
export interface Circumstances {
  /** Or the object whose members are judged. */
  message: JsonObject
  leg?: string | undefined
  contexts?: readonly string[] | undefined
  earlier?: { areq?: JsonObject, ares?: JsonObject, cres?: JsonObject } | undefined
}

/** @returns `undefined` where it depends on what is not known */
export type Holds = (circumstances: Circumstances) => boolean | undefined

/** §3.2: not there, or there but empty. */
export function isMissing (value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '') return true
  return typeof value === 'object' && (Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0)
}

const EARLIER = ['areq', 'ares', 'cres'] as const
const member = (value: Json | undefined, name: string) => isJsonObject(value) ? value[name] : undefined

/** Puts a question to what stands in a field. */
function ask (field: string, question: (value: Json | undefined) => boolean, known: ReadonlySet<string> | undefined): Holds {
  const [first, ...rest] = field.split('.') as [string, ...string[]]
  const earlier = rest.length === 0 ? undefined : EARLIER.find((name) => name === first)
  if (earlier === undefined) {
    if (known?.has(first) === false) return nothing(question)
    return rest.length === 0 ? ({ message }) => question(message[field]) : ({ message }) => question(rest.reduce(member, message[first]))
  }
  return (circumstances) => {
    const message = circumstances.earlier?.[earlier]
    return message === undefined ? undefined : question(rest.reduce<Json | undefined>(member, message))
  }
}

/** What is said of an element that is not there. */
function nothing (question: (value: undefined) => boolean): Holds {
  const answer = question(undefined)
  return () => answer
}

/** One answer decides; else what is not known does. */
function many (parts: readonly Condition[], deciding: boolean, known: ReadonlySet<string> | undefined): Holds {
  const all = parts.map((part) => holds(part, known))
  return (circumstances) => {
    let answer: boolean | undefined = !deciding
    for (const one of all) {
      const said = one(circumstances)
      if (said === deciding) return deciding
      if (said === undefined) answer = undefined
    }
    return answer
  }
}

/**
 * @param known the elements of the message, where it may have others too: those are additional and say nothing (§3.7)
 * @returns the condition as a function, made once and asked often
 */
export function holds (condition: Condition, known?: ReadonlySet<string>): Holds {
  if ('all' in condition) return many(condition.all, false, known)
  if ('any' in condition) return many(condition.any, true, known)
  if ('not' in condition) return not(holds(condition.not, known))
  if ('present' in condition) return ask(condition.present, (value) => !isMissing(value), known)
  if ('absent' in condition) return ask(condition.absent, isMissing, known)
  if ('context' in condition) return ({ contexts = [] }) => contexts.includes(condition.context)
  if ('leg' in condition) return ({ leg }) => leg === undefined ? undefined : leg === condition.leg
  if ('eq' in condition) return ask(condition.field, (value) => value === condition.eq, known)
  const codes = new Set<Json | undefined>(condition.in)
  return ask(condition.field, (value) => Array.isArray(value) ? value.some((item) => codes.has(item)) : codes.has(value), known)
}

function not (inner: Holds): Holds {
  return (circumstances) => {
    const answer = inner(circumstances)
    return answer === undefined ? undefined : !answer
  }
}
