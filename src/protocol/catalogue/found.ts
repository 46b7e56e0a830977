/** What can be wrong with the elements of a message: emv3ds-protocol §12.2. */
export type FoundCode = '201' | '202' | '203' | '204' | '207' | '304'

/** `hard` refuses a message; `lenient` does when the judge is strict; `soft` is only worth knowing. */
export type Weight = 'hard' | 'lenient' | 'soft'

export interface Flaw { errorCode: FoundCode, element: string, weight: Weight }

/** What is wrong with a message, each thing once, in the order in which it was found. */
export class Found {
  #flaws: Map<string, Flaw> | undefined

  /** @param element `parent.child` */
  add (errorCode: FoundCode, element: string, weight: Weight = 'hard'): void {
    this.#flaws ??= new Map()
    const key = `${errorCode} ${element}`
    if (this.#flaws.get(key)?.weight !== 'hard') this.#flaws.set(key, { errorCode, element, weight })
  }

  /** Nothing where nothing is wrong, as with most messages. */
  get flaws (): Flaw[] | undefined {
    return this.#flaws === undefined ? undefined : [...this.#flaws.values()]
  }
}
