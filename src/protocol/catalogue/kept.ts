/**
 * What is made once for some words and kept, by one word after the other: a key of all of them would take longer to make than
 * all of them to look up.
 */
export class Kept<Value> {
  #value: Value | undefined
  readonly #next = new Map<unknown, Kept<Value>>()

  /** @returns where what is for one more word is kept */
  at (word: unknown): Kept<Value> {
    let next = this.#next.get(word)
    if (next === undefined) {
      next = new Kept()
      this.#next.set(word, next)
    }
    return next
  }

  /** @returns what is kept for the words so far; made now where nothing is */
  value (make: () => Value): Value {
    this.#value ??= make()
    return this.#value
  }
}
