/**
 * Tracks pending mutations with a waiting caller, in this page, or in another tab if the browser
 * supports that.
 */

const here = new Set<string>()
const nameOf = (id: string): string => `tributary:${id}`

/** Marks a mutation while `work` lasts. */
export async function whileInFlight(id: string, work: () => Promise<void>): Promise<void> {
  here.add(id)
  try {
    await (locks()?.request(nameOf(id), work) ?? work())
  } finally {
    here.delete(id)
  }
}

/** Runs `work` unless a caller waits for the mutation already. */
export async function whileNobodyElse(id: string, work: () => Promise<void>): Promise<void> {
  if (here.has(id)) return
  const manager = locks()
  if (!manager) return whileInFlight(id, work)
  await manager.request(nameOf(id), { ifAvailable: true }, async (lock) => {
    if (lock) await work()
  })
}

/** Missing in insecure contexts. */
const locks = (): LockManager | undefined => globalThis.navigator?.locks
