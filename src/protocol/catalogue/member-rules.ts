import type { Json } from '../messages.ts'
import type { Condition, Inclusion } from './element.ts'
import type { ValueRule } from './value-rules.ts'
import { type Circumstances, type Holds, holds, isMissing } from './conditions.ts'
import type { Found, Weight } from './found.ts'

/** When something has to be there. */
export interface Due { holds: Holds, weight: Weight }

/** A member of a message or of an object. */
export interface Member {
  name: string
  /** `parent.child` */
  element: string
  judge: ValueRule
  due?: Due | undefined
}

const always: Holds = () => true

/**
 * When an element of that presence has to be there; nothing when it never has to, or nobody can tell.
 * @param known as `holds` has it
 */
export function dueWhen (
  { presence, when, enforce = 'hard' }: Pick<Inclusion, 'presence' | 'enforce'> & { when?: Condition | undefined }, known?: ReadonlySet<string>
): Due | undefined {
  if (presence === 'R') return { holds: always, weight: 'hard' }
  return presence === 'C' && when !== undefined ? { holds: holds(when, known), weight: enforce } : undefined
}

/** @returns the rule of an object with these members; others are not its business (emv3ds-protocol §3.6) */
export function memberRules (members: readonly Member[]): (circumstances: Circumstances, found: Found) => void {
  const byName = new Map(members.map(({ name, element, judge, due }) => [name, { element, judge, due, isRequired: due?.holds === always }]))
  const dues = members.flatMap(({ name, element, due }) => due === undefined ? [] : [{ name, element, due }])
  const conditional = dues.filter(({ due }) => due.holds !== always)
  const required = dues.length - conditional.length
  return (circumstances, found) => {
    const { message } = circumstances
    const names = Object.keys(message)
    const values = Object.values(message)
    let requiredThere = 0
    for (let at = 0; at < names.length; at++) {
      const member = byName.get(names[at] as string)
      if (member === undefined) continue
      const value = values[at] as Json
      if (!isMissing(value)) {
        member.judge(value, found)
        if (member.isRequired) requiredThere++
      // §3.2 and §3.3: empty is missing where it is due, and wrong where it is not.
      } else if (member.due?.weight !== 'hard' || member.due.holds(circumstances) !== true) found.add('203', member.element, 'lenient')
    }
    // Mostly all that is required is there, and need not be looked for.
    for (const { name, element, due } of requiredThere === required ? conditional : dues) {
      if (isMissing(message[name]) && due.holds(circumstances) === true) found.add('201', element, due.weight)
    }
  }
}
