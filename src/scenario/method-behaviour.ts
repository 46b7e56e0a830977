/** What the 3DS Method page does once it has gathered its data. */
export type MethodBehaviour =
  /** Notifies at once. */
  | { type: 'notify' }
  /** Notifies after so many milliseconds. */
  | { type: 'delay', ms: number }
  | { type: 'never' }
  | { type: 'twice' }
  /** Notifies of a transaction that nobody knows. */
  | { type: 'wrong-id' }
  /** Notifies with what is no base64url. */
  | { type: 'garbage' }

/** Parameter of the `threeDSMethodURL` that says what its page does: the page knows no card, and so no scenario. */
export const BEHAVIOUR_PARAMETER = 'notify'

const NAMED = ['never', 'twice', 'wrong-id', 'garbage'] as const

/** The longest delay, milliseconds: whoever waits longer than ten minutes could as well wait for ever. */
const LONGEST_MS = 600_000

/** What the parameter may be, after its name. */
export const NO_BEHAVIOUR = `must be ${NAMED.join(', ')}, or 0 to ${LONGEST_MS} milliseconds`

/** @returns the URL under which the page does so; the one that was given for a page that notifies at once */
export function methodURLFor (methodURL: string, behaviour: MethodBehaviour): string {
  if (behaviour.type === 'notify') return methodURL
  return `${methodURL}?${BEHAVIOUR_PARAMETER}=${behaviour.type === 'delay' ? behaviour.ms : behaviour.type}`
}

/** @returns what the page does by the parameter of its URL; `undefined` when that means nothing */
export function behaviourOf (parameter: string | undefined): MethodBehaviour | undefined {
  if (parameter === undefined) return { type: 'notify' }
  const type = NAMED.find((name) => name === parameter)
  if (type !== undefined) return { type }
  return /^[0-9]{1,6}$/.test(parameter) && Number(parameter) <= LONGEST_MS ? { type: 'delay', ms: Number(parameter) } : undefined
}
