/**
 * Holds the current edition, and replaces it without losing a request: opens and warms the new one
 * beside it, then swaps them. Requests end on the edition they began on. An edition that cannot
 * serve is refused, and nothing changes.
 */
import { HttpError } from '../../platform/http/message/http-error.ts'
import type { Logger } from '../../platform/process/log.ts'
import type { Edition } from './edition.ts'

/** An edition, kept open while it is held. */
export interface Hold {
  readonly edition: Edition
  /** Call it exactly once. */
  release(): void
}

export interface Editions {
  readonly current: Edition
  /** For work that must end on the edition it began on, such as a request or a subscription. */
  hold(): Hold
  /**
   * Puts a new supergraph in service; does nothing if it is the current one. One replacement at a
   * time.
   * @throws SupergraphRefused if it cannot serve
   */
  replace(supergraph: string): Promise<Edition>
  /**
   * Resolves once no edition is held and all are closed.
   * @param successor whose editions are held from now on
   */
  close(successor?: Editions): Promise<void>
}

/** Why a supergraph cannot serve, in words for the operator. */
export class SupergraphRefused extends HttpError {
  override readonly name = 'SupergraphRefused'

  constructor(message: string) {
    super(422, 'BAD_USER_INPUT', message)
  }
}

/** @param open opens an edition, warmed with the operations in use on the one before */
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

  let next: Editions | undefined
  return {
    get current() {
      return next?.current ?? current.edition
    },
    hold: () => (next ? next.hold() : current.hold()),
    replace(supergraph) {
      const done = replacing.then(() => replace(supergraph))
      replacing = done.catch(() => undefined)
      return done
    },
    async close(successor) {
      await replacing
      next = successor
      retire(current)
      await Promise.all(retired)
    },
  }
}

interface Counted {
  readonly edition: Edition
  hold(): Hold
  /** Closes the edition once it is no longer held. */
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
