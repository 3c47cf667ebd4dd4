/**
 * Which headers of a client services get, besides those of the gateway itself. Rules are data;
 * `gateway/headers/` compiles a service's rules.
 */
import { z } from 'zod'
import { isFieldName, isFieldValue } from '../../../platform/http/message/fields.ts'
import { hidden, list } from './values.ts'

/** Headers of the connection, of the body, and those that the gateway writes itself. */
const FIXED =
  /^(accept|connection|content|expect|host|http2-settings|if|keep-alive|proxy|range|sec-websocket|te|trailer|transfer|traceparent|tributary|upgrade|x-request-id|__proto__)(-|$)/

export const isFixedHeader = (name: string): boolean => FIXED.test(name)

const NAME = 'must be the name of a header'
const FIXED_NAME = 'is a header that the gateway writes itself, or that belongs to a connection or body'
const VALUE = 'must be text of one line, without blanks at its ends'
const PATTERN = 'must be a name of a header, or one with a single * in it'

const fieldName = z.string(NAME).refine(isFieldName, NAME).toLowerCase()
const ruled = fieldName.refine((name) => !name.includes('*'), NAME).refine((name) => !isFixedHeader(name), FIXED_NAME)
/**
 * `x-shop-*` stands for every name that begins so. One star only, so that matching takes linear
 * time.
 */
const pattern = z
  .string(NAME)
  .refine((text) => isFieldName(text) && text.split('*').length <= 2, PATTERN)
  .toLowerCase()
  .refine((text) => text.includes('*') || !isFixedHeader(text), FIXED_NAME)
const value = z.string(VALUE).refine((text) => text !== '' && isFieldValue(text) && text === text.trim(), VALUE)
const patterns = z.union([pattern, list(pattern).min(1, 'must name at least one value')], {
  error: (issue) => (issue.input === undefined ? 'is required' : PATTERN),
})

export const headerRule = z
  .strictObject({
    /** Forwards the client's headers with these names. */
    forward: patterns.optional(),
    /** Forwards it under another name. */
    rename: ruled.optional(),
    /** Value if the client sent none. */
    default: value.optional(),
    /** Writes a header of this name. */
    insert: ruled.optional(),
    value: hidden(value).optional(),
    /** Removes headers of earlier rules, and for a stateful service `authorization`. */
    remove: patterns.optional(),
  })
  .superRefine((rule, context) => {
    const fault = faultOf(rule)
    if (fault) context.addIssue({ code: 'custom', ...fault })
  })

interface Rule {
  readonly forward?: string | readonly string[] | undefined
  readonly rename?: string | undefined
  readonly default?: string | undefined
  readonly insert?: string | undefined
  readonly value?: string | undefined
  readonly remove?: string | readonly string[] | undefined
}

function faultOf({ forward, rename, default: absent, insert, value, remove }: Rule) {
  const kinds = [forward, insert, remove].filter((one) => one !== undefined)
  if (kinds.length !== 1) return { path: [], message: 'must have one of forward, insert and remove' }
  if ((insert === undefined) !== (value === undefined))
    return { path: ['value'], message: insert === undefined ? 'is for insert' : 'is required with insert' }
  const isOfOne = typeof forward === 'string' && !forward.includes('*')
  if (rename !== undefined && !isOfOne) return { path: ['rename'], message: 'needs a forward of one name' }
  if (absent !== undefined && !isOfOne) return { path: ['default'], message: 'needs a forward of one name' }
  return undefined
}

export type HeaderRule = z.output<typeof headerRule>

/** Headers of an answer that frame it, or say who may read or cache it. */
const FIXED_ANSWER =
  /^(access-control|age|alt-svc|cache-control|connection|content|date|etag|expires|keep-alive|proxy|retry-after|te|trailer|transfer|tributary|upgrade|vary|x-content-type-options|x-request-id|__proto__)(-|$)/

/** Whether no rule may write this header of an answer. */
export const isFixedOfAnswer = (name: string): boolean => FIXED_ANSWER.test(name)

const FIXED_OF_ANSWER = 'is a header of answers that the gateway writes itself'
const ofAnswer = fieldName
  .refine((name) => !name.includes('*'), NAME)
  .refine((name) => !isFixedOfAnswer(name), FIXED_OF_ANSWER)

export const clientHeaderRule = z
  .strictObject({
    /** Forwards headers of services' answers; `set-cookie` keeps all values. */
    forward: ofAnswer.optional(),
    /** Which value counts if there are several. */
    when: z.enum(['first', 'last', 'append'], 'must be first, last or append').default('last'),
    /** Writes a header of this name. */
    insert: ofAnswer
      .refine((name) => name !== 'set-cookie', 'must be no cookie: all clients would share it')
      .optional(),
    value: hidden(value).optional(),
  })
  .superRefine(({ forward, insert, value: text }, context) => {
    const message =
      (forward === undefined) === (insert === undefined)
        ? 'must have one of forward and insert'
        : (insert === undefined) !== (text === undefined)
          ? 'must have a value with insert, and none without'
          : undefined
    if (message) context.addIssue({ code: 'custom', path: [], message })
  })

export type ClientHeaderRule = z.output<typeof clientHeaderRule>

export const headersSection = z
  .strictObject({
    /** Rules for every service, applied before its own. */
    services: list(headerRule).default([]),
    /** Rules for answers to clients. */
    client: list(clientHeaderRule).default([]),
  })
  .prefault({})
