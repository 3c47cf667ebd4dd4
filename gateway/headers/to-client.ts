/**
 * Makes the headers of a client's answer from those of the services' answers, by rules. Headers
 * picked from a shared answer are kept with it, for everyone who gets it.
 */
import { isFieldValue, pairsOf } from '../../platform/http/message/fields.ts'
import type { ClientHeaderRule } from '../config/sections/headers.ts'

/** Headers of a service's answer that clients get: names and values, alternating. */
export type PickedHeaders = readonly string[]

/** Collects the headers for one answer to a client. */
export interface Heard {
  /** A list counts once, however many calls share its answer. */
  hear(picked: PickedHeaders): void
  /**
   * Adds to `headers`, and each `Set-Cookie` to `cookies`. The operations of a batch add to the
   * same ones, of which the rules hold together.
   */
  write(headers: Map<string, string>, cookies: string[]): void
}

export interface ClientRules {
  /** Names of all picked headers; distinguishes these rules from others. */
  readonly names: string
  /**
   * `undefined` if nothing is picked.
   * @param head of a service's answer: its lines
   * @param isShared other clients may get the answer, too: nobody gets its cookies
   */
  pick(head: string, isShared: boolean): PickedHeaders | undefined
  open(): Heard
}

const MOST = 8 * 1024 // characters of one answer; more are left out
const MOST_COOKIES = 50 // of one answer

/** The headers of every answer, refusals and streams too. */
export const constantsOf = (rules: readonly ClientHeaderRule[]): readonly (readonly [name: string, value: string])[] =>
  rules.flatMap(({ insert, value }) => (insert === undefined || value === undefined ? [] : [[insert, value] as const]))

type Ways = ReadonlyMap<string, ClientHeaderRule['when']>

/** `undefined` without rules that forward. */
export function compileClientRules(rules: readonly ClientHeaderRule[]): ClientRules | undefined {
  const inserted = new Map(constantsOf(rules))
  const ways: Ways = new Map(
    rules.flatMap(({ forward, when }) =>
      forward === undefined || inserted.has(forward) ? [] : [[forward, when] as const],
    ),
  )
  if (ways.size === 0) return undefined
  return {
    names: [...ways.keys()].sort().join(),
    pick(head, isShared) {
      const picked = linesOf(head).filter(
        ([name, value]) => ways.has(name) && isFieldValue(value) && !(isShared && name === COOKIE),
      )
      return picked.length === 0 ? undefined : picked.flat()
    },
    open: () => openHeard(ways),
  }
}

const COOKIE = 'set-cookie'

/** What the headers of an answer to a client were made of. */
interface Written {
  readonly lists: Set<PickedHeaders>
  /** Characters. */
  length: number
}

const written = new WeakMap<Map<string, string>, Written>()

function openHeard(ways: Ways): Heard {
  const heard = new Set<PickedHeaders>()
  return {
    hear: (picked) => void heard.add(picked),
    write(headers, cookies) {
      const all = written.get(headers) ?? { lists: new Set(), length: 0 }
      written.set(headers, all)
      const take = (name: string, value: string): void => {
        const before = headers.get(name)
        const way = ways.get(name)
        if (before !== undefined && way === 'first') return
        // What takes the place of another counts in its place.
        const after = all.length + value.length - (way === 'last' ? (before?.length ?? 0) : 0)
        if (after > MOST || (name === COOKIE && cookies.length >= MOST_COOKIES)) return
        all.length = after
        if (name === COOKIE) cookies.push(value)
        else headers.set(name, before === undefined || way === 'last' ? value : `${before}, ${value}`)
      }
      for (const picked of heard) {
        if (all.lists.has(picked)) continue
        all.lists.add(picked)
        for (const [name, value] of pairsOf(picked)) take(name, value)
      }
    },
  }
}

/** Joins the picked headers of several answers; equal lists count once. */
export function joinPicked(
  answers: readonly { readonly headers?: PickedHeaders | undefined }[],
): PickedHeaders | undefined {
  const lists = new Set<PickedHeaders>()
  for (const { headers } of answers) if (headers) lists.add(headers)
  // No value contains a line feed.
  const [first, ...others] = new Map(Array.from(lists, (picked) => [picked.join('\n'), picked])).values()
  return first && others.length > 0 ? [first, ...others].flat() : first
}

/** Without the status line. */
const linesOf = (head: string): readonly (readonly [name: string, value: string])[] =>
  head
    .split('\r\n')
    .slice(1)
    .map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, Math.max(colon, 0)).toLowerCase(), line.slice(colon + 1).trim()] as const
    })
