/** One attempt to reach another server, and again at once where there was no connection: emv3ds-protocol §10, §11. */
export async function onceMore<Came extends { outcome: string }> (attempt: () => Promise<Came>): Promise<Came> {
  const first = await attempt()
  return first.outcome === 'unreachable' ? attempt() : first
}
