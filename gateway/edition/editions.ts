/**
 * Which edition serves, and how a new one takes its place without losing a request: it is opened and warmed beside the one that serves,
 * then swapped in; what began on the old one ends on it. One that cannot serve is refused, and nothing changes.
 */
import type { Logger } from '../../platform/process/log.ts'
import type { Edition } from './edition.ts'

/** An edition, kept open while it is held. */
export interface Hold {
  readonly edition: Edition
  /** Must be called once, whatever happened. */
  release(): void
}

export interface Editions {
  readonly current: Edition
  /** For a request, a subscription, or anything else that must end on the edition it began on. */
  hold(): Hold
  /**
   * Puts a new supergraph in service; does nothing where it is the one that serves. One replacement at a time.
   * @throws SupergraphRefused where it cannot serve
   */
  replace(supergraph: string): Promise<Edition>
  /** Resolves when no edition is held any more and all are closed. */
  close(): Promise<void>
}

/** Why a supergraph cannot serve, in words for whoever offered it. */
export class SupergraphRefused extends Error {
  override readonly name = 'SupergraphRefused'
}

/** @param open makes an edition ready to serve, warmed with what is in use on the one before */
export async function openEditions(
  supergraph: string,
  open: (supergraph: string, before: Edition | undefined) => Promise<Edition>,
  log: Logger,
): Promise<Editions> {
  const refuse = (error: unknown): never => {
    throw new SupergraphRefused(error instanceof Error ? error.message : String(error))
  }
  let current = countHolds(await open(supergraph, undefined).catch(refuse))
  let replacing: Promise<unknown> = Promise.resolve()
  const retired = new Set<Promise<void>>()

  const retire = (old: Counted): void => {
    const gone = old.retire().catch((error: unknown) => log.error({ err: error }, 'an old edition did not close'))
    retired.add(gone)
    void gone.then(() => retired.delete(gone))
  }

  const replace = async (next: string): Promise<Edition> => {
    if (next === current.edition.supergraph) return current.edition
    const before = current
    const edition = await open(next, before.edition).catch(refuse)
    current = countHolds(edition)
    log.info({ id: edition.id, before: before.edition.id }, 'a new supergraph serves')
    retire(before)
    return edition
  }

  return {
    get current() {
      return current.edition
    },
    hold: () => current.hold(),
    replace(next) {
      const done = replacing.then(() => replace(next))
      replacing = done.catch(() => undefined)
      return done
    },
    async close() {
      await replacing
      retire(current)
      await Promise.all(retired)
    },
  }
}

interface Counted {
  readonly edition: Edition
  hold(): Hold
  /** Closes the edition once nobody holds it. */
  retire(): Promise<void>
}

function countHolds(edition: Edition): Counted {
  let holds = 0
  const { promise: unused, resolve: free } = Promise.withResolvers<void>()
  let isRetired = false
  return {
    edition,
    hold() {
      holds += 1
      return {
        edition,
        release() {
          holds -= 1
          if (isRetired && holds === 0) free()
        },
      }
    },
    async retire() {
      isRetired = true
      if (holds > 0) await unused
      await edition.close()
    },
  }
}
