/**
 * Makes the headers of a client's answer from those of the services' answers, by rules. Hears only
 * services that answer this caller alone: a cookie in a shared answer would reach others.
 */
import { isFieldValue } from '../../platform/http/message/fields.ts'
import type { ClientHeaderRule } from '../config/sections/headers.ts'

/** Of one answer to a client. */
export interface Heard {
  /** @param head of a service's answer: its lines */
  hear(head: string): void
  /** Adds to `headers`, and each `Set-Cookie` to `cookies`. */
  write(headers: Map<string, string>, cookies: string[]): void
}

const MOST = 8 * 1024 // characters of one answer; more are left out
const MOST_COOKIES = 50 // of one answer

/** The headers of every answer, refusals and streams too. */
export const constantsOf = (rules: readonly ClientHeaderRule[]): readonly (readonly [name: string, value: string])[] =>
  rules.flatMap(({ insert, value }) => (insert === undefined || value === undefined ? [] : [[insert, value] as const]))

/** `undefined` without rules that forward. */
export function compileClientRules(rules: readonly ClientHeaderRule[]): (() => Heard) | undefined {
  const inserted = new Map(constantsOf(rules))
  const ways = new Map(
    rules.flatMap(({ forward, when }) =>
      forward === undefined || inserted.has(forward) ? [] : [[forward, when] as const],
    ),
  )
  if (ways.size === 0) return undefined
  return () => {
    const values = new Map<string, string>()
    const cookies: string[] = []
    let length = 0
    const take = (name: string, value: string): void => {
      length += value.length
      if (length > MOST) return
      if (name === 'set-cookie') return void (cookies.length < MOST_COOKIES && cookies.push(value))
      const before = values.get(name)
      const way = ways.get(name)
      if (before === undefined || way === 'last') values.set(name, value)
      else if (way === 'append') values.set(name, `${before}, ${value}`)
    }
    return {
      hear(head) {
        for (const [name, value] of linesOf(head)) if (ways.has(name) && isFieldValue(value)) take(name, value)
      },
      write(headers, all) {
        for (const [name, value] of values) headers.set(name, value)
        all.push(...cookies)
      },
    }
  }
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
