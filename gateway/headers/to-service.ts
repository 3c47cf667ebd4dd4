/**
 * Compiles a service's header rules into one function. A rule must never write a header that frames
 * the message, that the gateway writes itself, or that carries a signed claim.
 */
import type { IncomingHttpHeaders } from 'node:http'
import { isFieldValue, listItems } from '../../platform/http/message/fields.ts'
import { type HeaderRule, isFixedHeader } from '../config/sections/headers.ts'

/** Headers by name, in lower case. */
type Headers = Map<string, string>

/**
 * Changes `headers`, which starts with those that the service gets without rules.
 * @param token the value that rules see as `authorization`, wherever the request carried it
 */
type ApplyRules = (headers: Headers, client: Readonly<IncomingHttpHeaders>, token?: string) => void

/**
 * Whether an answer may depend on the caller: the answers of such a service are neither cached nor
 * shared.
 */
export const tellsCaller = (rules: readonly HeaderRule[] | undefined): boolean =>
  rules?.some(({ forward }) => forward !== undefined) === true

/** @param reserved names that no pattern forwards: signed claims, and the caller's token */
export function compileRules(rules: readonly HeaderRule[], reserved: ReadonlySet<string>): ApplyRules {
  const steps = rules.map((rule) => stepOf(rule, reserved))
  return (headers, client, token) => {
    for (const step of steps) step(headers, client, token)
  }
}

function stepOf(rule: HeaderRule, reserved: ReadonlySet<string>): ApplyRules {
  const { forward, rename, default: absent, insert, value, remove } = rule
  if (insert !== undefined && value !== undefined) return (headers) => void headers.set(insert, value)
  if (remove !== undefined) {
    const names = matcher(remove)
    return (headers) => {
      for (const name of headers.keys()) if (names.has(name) || names.matches(name)) headers.delete(name)
    }
  }
  const names = matcher(forward ?? [])
  const mayMatch = (name: string): boolean => !isFixedHeader(name) && !reserved.has(name) && !NAMED_ONLY.has(name)
  return (headers, client, token) => {
    const dropped = ofConnection(client.connection)
    for (const name of names.exact) {
      const sent = dropped.includes(name)
        ? absent
        : ((name === 'authorization' ? token : sentAs(client, name)) ?? absent)
      if (sent !== undefined) headers.set(rename ?? name, sent)
    }
    if (!names.isPattern) return
    for (const name of Object.keys(client)) {
      if (!names.matches(name) || !mayMatch(name) || dropped.includes(name)) continue
      const sent = sentAs(client, name)
      if (sent !== undefined) headers.set(name, sent)
    }
  }
}

/** Credentials match no pattern: `*` must not forward them by accident. */
const NAMED_ONLY: ReadonlySet<string> = new Set(['authorization', 'cookie'])

function matcher(texts: string | readonly string[]) {
  const all = [texts].flat()
  const exact = all.filter((text) => !text.includes('*'))
  const known = new Set(exact)
  const ends = all
    .filter((text) => text.includes('*'))
    .map((text) => [text.slice(0, text.indexOf('*')), text.slice(text.indexOf('*') + 1)] as const)
  return {
    exact,
    isPattern: ends.length > 0,
    has: (name: string): boolean => known.has(name),
    matches: (name: string): boolean =>
      ends.some(
        ([begin, end]) => name.length >= begin.length + end.length && name.startsWith(begin) && name.endsWith(end),
      ),
  }
}

/** Headers that the client meant for this connection alone (RFC 9110, section 7.6.1). */
const ofConnection = (connection: string | undefined): readonly string[] =>
  connection === undefined ? [] : listItems(connection.toLowerCase())

function sentAs(client: Readonly<IncomingHttpHeaders>, name: string): string | undefined {
  const value = Object.hasOwn(client, name) ? client[name] : undefined
  const text = Array.isArray(value) ? value.join(', ') : value
  return text !== undefined && isFieldValue(text) ? text : undefined
}
