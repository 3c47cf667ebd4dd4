/**
 * Answers calls to a stateless service from what is kept, entity by entity, and keeps what its
 * `@cacheControl` allows.
 */
import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { StatelessService } from '../call/kind.ts'
import { largeTurn } from '../call/large-answers.ts'
import { bodyText, type EntityBody, type Freshness } from '../call/send.ts'
import type { Reply, Step, Work } from '../call/step.ts'
import { keyFor, lookUp } from './languages.ts'
import type { AnswerStore, Kept } from './store.ts'
import { tagsOfAnswer, tagsOfEntity } from './tags.ts'

interface CacheObserver {
  hits(count: number): void
  misses(count: number): void
}

/** The store is shared by all services and all callers: a stateful service cannot be passed. */
export function cached(
  { name, sharedCache }: StatelessService,
  next: Step,
  store: AnswerStore,
  observer: CacheObserver,
): Step {
  if (!sharedCache) return next
  const whole = async (work: Work): Promise<Reply> => {
    const { perspective, language } = work.call.context
    const key = `${name}:${digest(`${perspective ?? ''}\n${work.text}`)}`
    const [found] = await lookUp(store, [key], language)
    if (found) {
      observer.hits(1)
      const turn = largeTurn(work.call.context, found.bytes)
      if (turn) await turn
      return { answer: { data: found.value as Data }, ...replyOf([found]) }
    }
    observer.misses(1)
    const { epoch } = store
    const reply = await next(work)
    const { answer, freshness, bytes, tags } = reply
    if (freshness.maxAge > 0) {
      const kept = keep(answer.data, freshness, bytes, [...tagsOfAnswer(name), ...tags])
      store.set([[keyFor(key, freshness.variesByLanguage, language), kept]], epoch)
    }
    return reply
  }

  const entities = async (work: Work, body: EntityBody): Promise<Reply> => {
    const prefix = `${name}:${selectionOf(work, body)}:`
    const keys = body.representations.map((representation) => prefix + representation)
    const { language } = work.call.context
    const looked = lookUp(store, keys, language)
    const found = looked instanceof Promise ? await looked : looked
    const missing = body.representations.filter((_, index) => !found[index])
    observer.hits(keys.length - missing.length)
    observer.misses(missing.length)
    const here = found.filter((kept) => kept !== undefined)
    if (missing.length === 0) {
      const kept = replyOf(here)
      const turn = largeTurn(work.call.context, kept.bytes)
      if (turn) await turn
      return { answer: { data: { [body.responseKey]: found.map((each) => each?.value) } }, ...kept }
    }
    const asked = here.length === 0 ? work : withRepresentations(work, body, missing)
    const { epoch } = store
    const reply = await next(asked)
    const list = reply.answer.data?.[body.responseKey]
    // What is no list of the right length is nothing to keep, nor to mix with what is kept.
    if (!Array.isArray(list) || list.length !== missing.length) return here.length === 0 ? reply : next(work)
    if (reply.freshness.maxAge > 0) {
      const bytes = Math.ceil(reply.bytes / list.length)
      const kept = (value: unknown, representation: string): Kept =>
        keep(value, reply.freshness, bytes, [...tagsOfEntity(name, representation), ...reply.tags])
      store.set(
        list.map((value, index) => {
          const representation = missing[index] as string
          const key = keyFor(prefix + representation, reply.freshness.variesByLanguage, language)
          return [key, kept(value, representation)]
        }),
        epoch,
      )
    }
    if (here.length === 0) return reply
    if (reply.answer.errors) return next(work) // its paths count the entities as they were sent
    const fetched = list[Symbol.iterator]()
    const merged = found.map((kept) => (kept ? kept.value : fetched.next().value))
    return {
      ...reply,
      answer: { ...reply.answer, data: { [body.responseKey]: merged } },
      freshness: tightest([reply.freshness, ...here.map(freshnessOf)]),
    }
  }

  return (work) => {
    const { operation, body } = work.call
    if (operation !== 'query') return next(work)
    return typeof body === 'string' ? whole(work) : entities(work, body)
  }
}

type Data = Readonly<Record<string, unknown>>

function withRepresentations(work: Work, body: EntityBody, representations: readonly string[]): Work {
  const smaller = { ...body, representations }
  return { ...work, call: { ...work.call, body: smaller }, text: bodyText(smaller) }
}

const digest = (text: string): string => hash('sha256', text, 'base64url')

/** Head and tail say what is asked of each entity; few differ, and each is hashed once. */
const selections = new LRUCache<string, string>({ max: 4_096 })

function selectionOf({ call }: Work, { head, tail }: EntityBody): string {
  const text = `${call.context.perspective ?? ''}\n${head}\n${tail}`
  let selection = selections.get(text)
  if (selection === undefined) {
    selection = digest(text)
    selections.set(text, selection)
  }
  return selection
}

const keep = (
  value: unknown,
  { maxAge, age, variesByLanguage }: Freshness,
  bytes: number,
  tags: readonly string[],
): Kept => ({
  value,
  bornAt: Date.now() - age * 1000,
  maxAge,
  variesByLanguage,
  tags,
  bytes,
})

const freshnessOf = ({ bornAt, maxAge, variesByLanguage }: Kept): Freshness => ({
  maxAge,
  variesByLanguage,
  scope: 'public',
  age: Math.max(0, Math.floor((Date.now() - bornAt) / 1000)),
})

const replyOf = (kept: readonly Kept[]): Omit<Reply, 'answer'> => ({
  freshness: tightest(kept.map(freshnessOf)),
  bytes: kept.reduce((sum, { bytes }) => sum + bytes, 0),
  tags: [],
})

/**
 * What holds for several answers together: the one that goes stale first, and whatever any of them
 * depends on.
 */
function tightest(all: readonly Freshness[]): Freshness {
  const first = all.reduce((one, other) => (other.maxAge - other.age < one.maxAge - one.age ? other : one))
  return { ...first, variesByLanguage: all.some(({ variesByLanguage }) => variesByLanguage) }
}
