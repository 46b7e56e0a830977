/** Something that is due. A heap keeps its place in `position`. */
export interface Due {
  readonly dueAt: number
  /** Decides between those due at the same time. */
  readonly order: number
  position: number
}

/** Things by the time they are due, the earliest first: a binary heap that can also give up what is in its middle. */
export interface DueHeap<Item extends Due> {
  /** @returns the earliest, which stays. */
  first (): Item | undefined
  add (item: Item): void
  /** @param item one that is in this heap */
  remove (item: Item): void
  clear (): void
}

export function createDueHeap<Item extends Due> (): DueHeap<Item> {
  const items: Item[] = []

  function put (item: Item, position: number): void {
    items[position] = item
    item.position = position
  }

  function rise (item: Item, from: number): void {
    let position = from
    while (position > 0) {
      const parent = (position - 1) >> 1
      if (!isBefore(item, items[parent] as Item)) break
      put(items[parent] as Item, position)
      position = parent
    }
    put(item, position)
  }

  function sink (item: Item, from: number): void {
    let position = from
    for (;;) {
      let child = 2 * position + 1
      if (child + 1 < items.length && isBefore(items[child + 1] as Item, items[child] as Item)) child++
      if (child >= items.length || !isBefore(items[child] as Item, item)) break
      put(items[child] as Item, position)
      position = child
    }
    put(item, position)
  }

  return {
    first: () => items[0],
    add (item) { rise(item, items.length) },
    remove ({ position }) {
      const last = items.pop() as Item
      if (position === items.length) return
      sink(last, position)
      rise(last, last.position)
    },
    clear () { items.length = 0 }
  }
}

function isBefore (a: Due, b: Due): boolean {
  return a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.order < b.order)
}
