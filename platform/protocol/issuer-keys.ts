/**
 * The public keys of one issuer (a JWKS behind a URL), fetched on use and kept. What a token names
 * decides only whether the keys are looked at again, at most once a minute, and never where.
 */
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWK, type JWTVerifyGetKey } from 'jose' // MIT, no dependencies; the JOSE library of the Node field
import type { Logger } from '../process/log.ts'

/** The keys are needed and cannot be had, which is no fault of the token. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable'
}

/** Milliseconds. */
const TIMEOUT = 5_000
/** Rotation: what was withdrawn stops working after so long, while the server answers. */
const FRESH = 10 * 60_000
/**
 * Between two fetches for key ids that are unknown, and after a failed fetch where keys are held.
 */
const PAUSE = 60_000
/** After a failed fetch, while no keys are held at all. */
const FIRST_PAUSE = 2_000
/**
 * A set without keys is mostly a mistake, and would refuse every caller: it is a failed fetch, and
 * the keys that are held count. An issuer that says so for this long is believed.
 */
const BELIEVED = 60 * 60_000

const MOST_BYTES = 1024 * 1024

export interface IssuerKeys {
  readonly find: JWTVerifyGetKey
  /** When the keys were fetched, in milliseconds of `performance.now()`. */
  fetchedAt(): number
  /**
   * For a signature that no key verifies: an issuer may have used an id again, or none. Resolves to
   * whether the keys are newer than those of this time.
   */
  lookAgain(fetchedAt: number): Promise<boolean>
}

const sets = new Map<string, IssuerKeys>()

/** One for each address in a process: a new configuration has the keys that the old one had. */
export function issuerKeys(url: string, log?: Logger): IssuerKeys {
  const found = sets.get(url) ?? createIssuerKeys(url, log)
  sets.set(url, found)
  return found
}

/** Fetches nothing until the first token. Concurrent requests share one fetch. */
function createIssuerKeys(url: string, log: Logger | undefined): IssuerKeys {
  let keys: JWTVerifyGetKey | undefined
  let pending: Promise<void> | undefined
  let fetched = Number.NEGATIVE_INFINITY
  let failed = Number.NEGATIVE_INFINITY
  let askedForUnknown = Number.NEGATIVE_INFINITY
  let told = Number.NEGATIVE_INFINITY
  let emptySince: number | undefined

  /** Once a minute: without any keys they are asked for more often. */
  const tell = (err: unknown): void => {
    if (performance.now() - told < PAUSE) return
    told = performance.now()
    const { origin, pathname } = new URL(url) // its query may be secret
    log?.error({ err, jwks: origin + pathname }, 'the keys of an issuer cannot be fetched')
  }
  const take = (set: JSONWebKeySet): void => {
    const now = performance.now()
    if (set.keys.length === 0) {
      emptySince ??= now
      if (now - emptySince >= BELIEVED) keys = undefined
      throw new Error('the key set has no key for signatures')
    }
    emptySince = undefined
    keys = createLocalJWKSet(set)
    fetched = now
  }
  /** Never rejects: see `hasFailed`. */
  const fetchKeys = (): Promise<void> => {
    pending = fetchSet(url)
      .then(take)
      .catch((error: unknown) => {
        failed = performance.now()
        tell(error)
      })
      .finally(() => {
        pending = undefined
      })
    return pending
  }
  const hasFailed = (): boolean => failed > fetched
  const mayFetch = (): boolean => !hasFailed() || performance.now() - failed >= (keys ? PAUSE : FIRST_PAUSE)

  /**
   * Keys that are old are looked at again. While the server is known to be away, nobody waits for
   * it.
   */
  const refresh = async (): Promise<void> => {
    if (performance.now() - fetched < FRESH) return
    const answered = pending ?? (mayFetch() ? fetchKeys() : undefined)
    if (!keys || !hasFailed()) await answered
  }

  const lookAgain = (): Promise<void> | undefined => {
    if (pending) return pending
    const now = performance.now()
    if (now - askedForUnknown < PAUSE || !mayFetch()) return undefined
    askedForUnknown = now
    return fetchKeys()
  }

  return {
    async find(header, token) {
      await refresh()
      if (!keys) throw new KeysUnavailable('the key set was never had')
      try {
        return await keys(header, token)
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
        const looked = lookAgain()
        await looked
        if (hasFailed()) throw new KeysUnavailable('the key set cannot be looked at again', { cause: error })
        if (!looked) throw error
        return await keys(header, token)
      }
    },
    fetchedAt: () => fetched,
    async lookAgain(fetchedAt) {
      if (fetched === fetchedAt) await lookAgain()
      return fetched > fetchedAt
    },
  }
}

/** @throws where the answer is no key set */
async function fetchSet(url: string): Promise<JSONWebKeySet> {
  const response = await fetch(url, {
    headers: { accept: 'application/json, application/jwk-set+json' },
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT),
  })
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new Error(`answered ${response.status}`)
  }
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of response.body ?? []) {
    size += piece.length
    if (size > MOST_BYTES) throw new Error('the key set is too large')
    pieces.push(piece)
  }
  const set = JSON.parse(Buffer.concat(pieces).toString('utf8')) as JSONWebKeySet
  // RFC 7517, section 5: what cannot be used is passed over.
  return { keys: set.keys.filter(isForSignatures) }
}

const KEY_TYPES: ReadonlySet<unknown> = new Set(['RSA', 'EC', 'OKP'])

/** Whether an entry, of any form, is a public key that may verify (RFC 7517, section 4). */
function isForSignatures(key: Partial<JWK> | null): boolean {
  const { kty, use, key_ops: uses } = key ?? {}
  return KEY_TYPES.has(kty) && (use ?? 'sig') === 'sig' && (!Array.isArray(uses) || uses.includes('verify'))
}
