/** What a token says of its caller, and how services are told it. */
import { isFieldName } from '../http/message/fields.ts'

/** The name of a claim, or the path to one inside others. */
type ClaimPath = readonly string[]

export type Claims = Readonly<Record<string, unknown>>

/** `undefined` for a claim that the token has not. */
export function claimAt(claims: Claims, path: ClaimPath): unknown {
  let value: unknown = claims
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = Reflect.get(value, name)
  }
  return value
}

/** Headers by name: the claim that each of them tells. */
export type ClaimHeaders = Readonly<Record<string, ClaimPath>>

/** Headers that say something else already, or that belong to the connection. */
const TAKEN =
  /^(accept|authorization|baggage|connection|content|cookie|expect|forwarded|host|keep-alive|proxy|sec|te|trailer|transfer|traceparent|tracestate|tributary|upgrade|x-forwarded|x-request-id)(-|$)/

export const mayTellClaim = (header: string): boolean => isFieldName(header) && !TAKEN.test(header)

/** Names and values, by name; without those of claims that the token has not. */
export function claimHeaders(headers: ClaimHeaders, claims: Claims): readonly (readonly [string, string])[] {
  return Object.keys(headers)
    .sort()
    .flatMap((name) => {
      const value = claimAt(claims, headers[name] ?? [])
      return value === undefined || value === null ? [] : [[name, headerValue(value)] as const]
    })
}

const PLAIN = /^[!#-Z\\^-z|}~][ -~]*(?<! )$/
const NOT_ASCII = /[\u007f-\uffff]/g

/** Text as it is; what is no plain text, or could be taken for JSON, as JSON in ASCII. */
function headerValue(value: unknown): string {
  if (typeof value === 'string' && PLAIN.test(value)) return value
  return JSON.stringify(value).replace(
    NOT_ASCII,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
