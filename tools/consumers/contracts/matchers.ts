/**
 * A client's expectations of an answer: plain values match themselves, objects with `$match` any
 * value of a kind. Compares values, and gives examples.
 */
import { z } from 'zod'
import { inWords } from './words.ts'

const kinds = {
  /** Matches values of the same type as the example, at any depth. */
  type: z.strictObject({ $match: z.literal('type'), example: z.unknown().optional() }),
  string: z.strictObject({ $match: z.literal('string'), example: z.string().optional() }),
  number: z.strictObject({
    $match: z.literal('number'),
    example: z.number().optional(),
    min: z.number().optional(),
    max: z.number().optional(),
  }),
  integer: z.strictObject({ $match: z.literal('integer'), example: z.int().optional() }),
  boolean: z.strictObject({ $match: z.literal('boolean'), example: z.boolean().optional() }),
  regex: z.strictObject({ $match: z.literal('regex'), pattern: z.string(), example: z.string() }),
  date: z.strictObject({ $match: z.literal('date'), example: z.string().optional() }),
  datetime: z.strictObject({ $match: z.literal('datetime'), example: z.string().optional() }),
  oneOf: z.strictObject({ $match: z.literal('oneOf'), values: z.array(z.unknown()).min(1) }),
  eachLike: z.strictObject({
    $match: z.literal('eachLike'),
    example: z.unknown().optional(),
    min: z.int().min(0).optional(),
    max: z.int().min(0).optional(),
  }),
  /** Anything but null. */
  present: z.strictObject({ $match: z.literal('present'), example: z.unknown().optional() }),
  null: z.strictObject({ $match: z.literal('null') }),
  /** Null, or a match of `of`. */
  nullable: z.strictObject({ $match: z.literal('nullable'), of: z.unknown() }),
  /** Any value. */
  any: z.strictObject({ $match: z.literal('any'), example: z.unknown().optional() }),
}

const schema = z.discriminatedUnion('$match', Object.values(kinds) as [(typeof kinds)['type'], ...never[]], {
  error: `must have a $match of ${Object.keys(kinds).join(', ')}`,
})
type Kinds = typeof kinds
type Matcher = { [Name in keyof Kinds]: z.output<Kinds[Name]> }[keyof Kinds]

type Json = Readonly<Record<string, unknown>>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
export const isMatcher = (value: unknown): value is Matcher => isObject(value) && '$match' in value

/** One line per fault of an expectation. @param path of the value, for the messages */
export function expectationFaults(expected: unknown, path: string): readonly string[] {
  if (Array.isArray(expected)) return expected.flatMap((each, at) => expectationFaults(each, `${path}.${at}`))
  if (!isObject(expected)) return []
  if (!isMatcher(expected))
    return Object.entries(expected).flatMap(([name, value]) => expectationFaults(value, `${path}.${name}`))
  const { error } = schema.safeParse(expected, { error: inWords })
  if (error) return error.issues.map((issue) => `${[path, ...issue.path].join('.')}: ${issue.message}`)
  if (expected.$match === 'regex' && !patternOf(expected.pattern))
    return [`${path}: ${expected.pattern} is no regular expression`]
  if ('min' in expected && (expected.min ?? 0) > (expected.max ?? Number.POSITIVE_INFINITY))
    return [`${path}: min is greater than max`]
  if ((expected.$match === 'type' || expected.$match === 'eachLike') && expected.example === undefined)
    return [`${path}.example: is required`]
  if (expected.$match === 'eachLike') return expectationFaults(expected.example, `${path}.0`)
  return expected.$match === 'nullable' ? expectationFaults(expected.of, path) : []
}

function patternOf(text: string): RegExp | undefined {
  try {
    return new RegExp(text, 'u')
  } catch {
    return undefined
  }
}

/** Only these fields are compared; undefined: all. */
export interface Wanted {
  readonly [name: string]: Wanted | undefined
}

/** One line per difference; empty if the value meets the expectation. */
export function differences(expected: unknown, actual: unknown, path: string, wanted?: Wanted): readonly string[] {
  if (isMatcher(expected)) return matcherDifferences(expected, actual, path, wanted)
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return [`${path}: expected a list, got ${show(actual)}`]
    const counted =
      expected.length === actual.length ? [] : [`${path}: expected ${expected.length} items, got ${actual.length}`]
    return [...counted, ...expected.flatMap((each, at) => differences(each, actual[at], `${path}.${at}`, wanted))]
  }
  if (isObject(expected)) {
    if (!isObject(actual)) return [`${path}: expected an object, got ${show(actual)}`]
    return Object.entries(expected).flatMap(([name, value]) =>
      wanted && !(name in wanted) ? [] : differences(value, actual[name], join(path, name), wanted?.[name]),
    )
  }
  return expected === actual ? [] : [`${path}: expected ${show(expected)}, got ${show(actual)}`]
}

const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`)
const show = (value: unknown): string => {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}

type Expect = readonly [name: string, holds: (value: unknown) => boolean]
const DATE = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/
const DATETIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/
const isTextOf =
  (pattern: RegExp | undefined) =>
  (value: unknown): boolean =>
    typeof value === 'string' && !!pattern?.test(value)

/** The function of a matcher for a single value. */
function expectOf(matcher: Matcher): Expect | undefined {
  switch (matcher.$match) {
    case 'string':
      return ['text', (value) => typeof value === 'string']
    case 'number': {
      const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = matcher
      const to = matcher.max === undefined ? '' : ` ${matcher.min === undefined ? 'up to' : 'to'} ${max}`
      const range = `${matcher.min === undefined ? '' : ` from ${min}`}${to}`
      return [`a number${range}`, (value) => typeof value === 'number' && value >= min && value <= max]
    }
    case 'integer':
      return ['a whole number', (value) => Number.isInteger(value)]
    case 'boolean':
      return ['true or false', (value) => typeof value === 'boolean']
    case 'regex':
      return [`text like ${matcher.pattern}`, isTextOf(patternOf(matcher.pattern))]
    case 'date':
      return ['a date as 2026-06-01', isTextOf(DATE)]
    case 'datetime':
      return ['an instant as 2026-06-01T12:00:00Z', isTextOf(DATETIME)]
    case 'oneOf':
      return [
        `one of ${show(matcher.values)}`,
        (value) => matcher.values.some((one) => differences(one, value, '').length === 0),
      ]
    case 'present':
      return ['a value', (value) => value !== null && value !== undefined]
    case 'null':
      return ['null', (value) => value === null]
    case 'any':
      return ['a field', (value) => value !== undefined]
    default:
      return undefined
  }
}

function matcherDifferences(matcher: Matcher, actual: unknown, path: string, wanted?: Wanted): readonly string[] {
  const expect = expectOf(matcher)
  if (expect) return expect[1](actual) ? [] : [`${path}: expected ${expect[0]}, got ${show(actual)}`]
  if (matcher.$match === 'nullable') return actual === null ? [] : differences(matcher.of, actual, path, wanted)
  if (matcher.$match === 'type') return differences(byType(matcher.example), actual, path, wanted)
  if (matcher.$match !== 'eachLike') return []
  if (!Array.isArray(actual)) return [`${path}: expected a list, got ${show(actual)}`]
  const { example, min = 1, max = Number.POSITIVE_INFINITY } = matcher
  const size = actual.length < min ? `at least ${min}` : actual.length > max ? `at most ${max}` : undefined
  return [
    ...(size === undefined ? [] : [`${path}: expected ${size} items, got ${actual.length}`]),
    ...actual.flatMap((each, at) => differences(example, each, `${path}.${at}`, wanted)),
  ]
}

/** The example with matchers instead of plain values. */
export function byType(example: unknown): unknown {
  if (isMatcher(example)) return example
  if (Array.isArray(example)) return { $match: 'eachLike', example: byType(example[0] ?? { $match: 'any' }), min: 0 }
  if (isObject(example))
    return Object.fromEntries(Object.entries(example).map(([name, value]) => [name, byType(value)]))
  if (typeof example === 'string') return { $match: 'string', example }
  if (typeof example === 'number') return { $match: 'number', example }
  if (typeof example === 'boolean') return { $match: 'boolean', example }
  return { $match: 'any', example }
}

const SAMPLES: Readonly<Record<string, unknown>> = {
  string: 'text',
  present: 'text',
  number: 1.5,
  integer: 1,
  boolean: true,
  date: '2026-06-01',
  datetime: '2026-06-01T12:00:00Z',
}

/** A value that meets the expectation. */
export function exampleOf(expected: unknown): unknown {
  if (Array.isArray(expected)) return expected.map(exampleOf)
  if (!isMatcher(expected))
    return isObject(expected)
      ? Object.fromEntries(Object.entries(expected).map(([name, value]) => [name, exampleOf(value)]))
      : expected
  switch (expected.$match) {
    case 'null':
      return null
    case 'nullable':
      return exampleOf(expected.of)
    case 'oneOf':
      return exampleOf(expected.values[0])
    case 'eachLike':
      return Array.from({ length: Math.max(expected.min ?? 1, 1) }, () => exampleOf(expected.example))
    default:
      return expected.example === undefined ? (SAMPLES[expected.$match] ?? null) : exampleOf(expected.example)
  }
}
