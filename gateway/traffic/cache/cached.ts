/**
 * Answers calls to a stateless service from the cache, entity by entity, and caches what its
 * `@cacheControl` allows.
 */
import { owned } from '../../../platform/memory/owned.ts'
import type { Tally } from '../../figures/recent.ts'
import { type ClientRules, joinPicked, type PickedHeaders } from '../../headers/to-client.ts'
import { openAnswer } from '../call/answer.ts'
import type { StatelessService } from '../call/kind.ts'
import { largeTurn } from '../call/large-answers.ts'
import type { Freshness } from '../call/send.ts'
import type { Reply, Step, Work } from '../call/step.ts'
import { createDigests, digest } from './digests.ts'
import { asksForEntities, bodyOfSome, type EntityBody, questionOf, representationsOf } from './entity-body.ts'
import { joinEntities, splitEntities } from './entity-list.ts'
import { keyFor, lookUp } from './languages.ts'
import type { AnswerStore, Kept } from './store.ts'
import { tagsOfAnswer, tagsOfEntity } from './tags.ts'

interface CacheObserver {
  readonly hits: Tally
  readonly misses: Tally
}

/**
 * All services and callers share the store, so the type excludes stateful services. Other gateways
 * and earlier configurations share it, too: their rules may be others.
 * @param clientRules pick headers for clients; entries cached under other rules may lack some
 */
export function cached(
  { name, sharedCache, headers: constants }: StatelessService,
  next: Step,
  store: AnswerStore,
  observer: CacheObserver,
  clientRules?: Pick<ClientRules, 'names'>,
): Step {
  if (!sharedCache) return next
  const rules = [clientRules?.names, constants && JSON.stringify(constants)].filter((rule) => rule !== undefined)
  const mine = [name, ...rules.map(digest)].join(' ')
  const whole = async (work: Work): Promise<Reply> => {
    const { context, body } = work.call
    const { perspective, language } = context
    const key = `${mine}:${digest(`${perspective ?? ''}\n${body.bytes.toString('latin1')}`)}`
    const [found] = await lookUp(store, [key], language)
    if (found) {
      observer.hits.add(1)
      work.call.trace?.answeredBy('cache')
      return replyFrom(work, found.value, [found])
    }
    observer.misses.add(1)
    const { epoch } = store
    const reply = await next(work)
    const { answer, freshness, tags, headers } = reply
    if (freshness.maxAge > 0) {
      const kept = keep(answer.body, freshness, [...tagsOfAnswer(name), ...tags], ownHeaders(headers))
      store.set([[keyFor(key, freshness.variesByLanguage, language), kept]], epoch)
    }
    return reply
  }

  const entities = async (work: Work, body: EntityBody): Promise<Reply> => {
    const prefix = `${mine}:${selectionOf(work, body)}:`
    const keys = representationsOf(body).map((representation) => prefix + representation)
    const { language } = work.call.context
    const looked = lookUp(store, keys, language)
    const found = looked instanceof Promise ? await looked : looked
    const here = found.filter((kept) => kept !== undefined)
    const missing = Array.from(keys.keys()).filter((index) => !found[index])
    if (here.length > 0) observer.hits.add(here.length)
    if (missing.length > 0) observer.misses.add(missing.length)
    work.call.trace?.foundEntities(here.length)
    if (missing.length === 0) return replyFrom(work, joinEntities(here.map(({ value }) => value)), here)
    const split = createSplitter(missing.length)
    const asked = here.length === 0 ? work : workOfSome(work, bodyOfSome(body, missing), split)
    const { epoch } = store
    const reply = await next(asked)
    const { answer, freshness, tags, headers } = reply
    if (here.length === 0 && freshness.maxAge === 0) return reply
    const fetched = split(answer.body)
    // A list of another length, or with errors, cannot be cached or mixed with cached entities:
    // error paths count the entities as they were sent.
    if (!fetched) return here.length === 0 ? reply : next(work)
    if (freshness.maxAge > 0) {
      const told = ownHeaders(headers)
      store.set(
        fetched.map((entity, index) => {
          const key = keys[missing[index] as number] as string
          const all = [...tagsOfEntity(name, key.slice(prefix.length)), ...tags]
          return [keyFor(key, freshness.variesByLanguage, language), keep(entity, freshness, all, told)]
        }),
        epoch,
      )
    }
    if (here.length === 0) return reply
    const rest = fetched[Symbol.iterator]()
    const all = found.map((kept) => kept?.value ?? (rest.next().value as Buffer))
    return {
      ...reply,
      answer: openAnswer(joinEntities(all)),
      freshness: tightest([freshness, ...here.map(freshnessOf)]),
      headers: joinPicked([...here, reply]),
    }
  }

  return (work) => {
    const { operation, body } = work.call
    if (operation !== 'query') return next(work)
    return asksForEntities(body) ? entities(work, body) : whole(work)
  }
}

/** Returns the bytes of each entity of an answer; `undefined` if their number is wrong. */
type Split = (body: Buffer) => readonly Buffer[] | undefined

/** Splits an answer once, however often it is called. */
function createSplitter(count: number): Split {
  let last: { readonly body: Buffer; readonly entities: readonly Buffer[] | undefined } | undefined
  return (body) => {
    if (last?.body !== body) {
      const entities = splitEntities(body)
      last = { body, entities: entities?.length === count ? entities : undefined }
    }
    return last.entities
  }
}

/** An answer that can be split needs no parsing. */
const workOfSome = (work: Work, body: EntityBody, split: Split): Work => ({
  ...work,
  call: { ...work.call, body, read: (answer) => split(answer) !== undefined },
})

/** Head and tail of a request are the selection. */
const selections = createDigests()

function selectionOf({ call }: Work, body: EntityBody): string {
  const [head, tail] = questionOf(body)
  return selections.of(`${call.context.perspective ?? ''}\n${head.toString('latin1')}\n${tail.toString('latin1')}`)
}

/** A cached entity must not keep the memory of its whole answer. */
const keep = (
  value: Buffer,
  { maxAge, age, variesByLanguage }: Freshness,
  tags: readonly string[],
  headers: PickedHeaders | undefined,
): Kept => ({
  value: owned(value),
  bornAt: Date.now() - age * 1000,
  maxAge,
  variesByLanguage,
  tags,
  ...(headers && { headers }),
})

/** A substring would keep the memory of the whole head. */
const ownHeaders = (headers: PickedHeaders | undefined): PickedHeaders | undefined =>
  headers?.map((text) => Buffer.from(text, 'latin1').toString('latin1'))

const freshnessOf = ({ bornAt, maxAge, variesByLanguage }: Kept): Freshness => ({
  maxAge,
  variesByLanguage,
  scope: 'public',
  age: Math.max(0, Math.floor((Date.now() - bornAt) / 1000)),
})

/** An answer from the cache, when its turn to be read has come. */
async function replyFrom({ call }: Work, body: Buffer, kept: readonly Kept[]): Promise<Reply> {
  const turn = largeTurn(call.context, body.length)
  if (turn) await turn
  return { answer: openAnswer(body), freshness: tightest(kept.map(freshnessOf)), tags: [], headers: joinPicked(kept) }
}

/**
 * The freshness of several answers together: that of the first to go stale, with everything that
 * any depends on.
 */
function tightest(all: readonly Freshness[]): Freshness {
  const first = all.reduce((one, other) => (other.maxAge - other.age < one.maxAge - one.age ? other : one))
  return { ...first, variesByLanguage: all.some(({ variesByLanguage }) => variesByLanguage) }
}
