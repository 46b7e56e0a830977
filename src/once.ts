/**
 * @param make what is expensive
 * @returns a function that makes it when first called, and gives everybody the same; what failed is made anew for whoever
 * calls next
 */
export function once<Made> (make: () => Promise<Made>): () => Promise<Made> {
  let made: Promise<Made> | undefined
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined
      throw error
    })
    return made
  }
}
