/**
 * Describes faults of the configuration, one line each: where the value comes from, and what it
 * must be.
 */
import { z } from 'zod'
import { nearestName } from '../../platform/process/setting-names.ts'
import { bareOf, type Path, type Variable } from './environment.ts'
import type { Sources } from './sources.ts'

const missing = (input: unknown): string | undefined => (input === undefined ? 'is required' : undefined)

const kinds: Readonly<Record<string, string>> = {
  string: 'must be text',
  number: 'must be a number',
  boolean: 'must be on or off',
  array: 'must be a list',
  object: 'must be an object',
  record: 'must be an object',
}

/** The message if a section has none of its own. */
export const describeIssue: z.core.$ZodErrorMap = (issue) => {
  if (issue.code === 'invalid_type') return missing(issue.input) ?? kinds[issue.expected] ?? `must be ${issue.expected}`
  if (issue.code === 'invalid_value')
    return `must be ${issue.values
      .map(String)
      .join(', ')
      .replace(/, ([^,]*)$/, ' or $1')}`
  if (issue.code === 'invalid_key') return issue.issues[0]?.message
  if (issue.code === 'invalid_union') return missing(issue.input) ?? UNKNOWN_FORM
  if (issue.code === 'too_small') return issue.origin === 'array' ? 'must name at least one value' : 'must not be empty'
  return undefined
}

const UNKNOWN_FORM = 'has a form that is not known'

/** @param schema the schema that found them */
export const faultsOf = (
  error: z.ZodError | undefined,
  schema: z.ZodType,
  sources: Sources,
  variables: readonly Variable[],
): readonly string[] =>
  (error?.issues ?? []).flatMap(ofUnion).flatMap((issue) => {
    const path = issue.path as Path
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map(
        (key) => `${nameOf([...path, key], sources, variables)}: is not a setting${meant(key, path, schema)}`,
      )
    const isMissing = ['invalid_type', 'invalid_format'].includes(issue.code) && sources.valueAt(path) === undefined
    const says = isMissing && !issue.message.startsWith('is required') ? 'is required' : issue.message
    return [`${nameOf(path, sources, variables)}: ${says}`]
  })

/** If no option of a union fits, a fault deeper inside says more. */
function ofUnion(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union' || issue.message !== UNKNOWN_FORM) return [issue]
  const inner = issue.errors.find((issues) => issues.some(({ path }) => path.length > 0))
  return (inner ?? issue.errors[0] ?? []).map((one) => ({ ...one, path: [...issue.path, ...one.path] }))
}

/**
 * The name of a value in messages: the variable that gave it, with the position inside; otherwise
 * the path in the file. A missing value is named by the variable that would give it, by its older
 * name first, but by its path if it belongs to an item of a list in the file.
 */
export function nameOf(path: Path, sources: Sources, variables: readonly Variable[]): string {
  const source = sources.find(path)
  if (source?.variable !== undefined) {
    const given = variables.find(({ name }) => name === source.variable)
    const inside = path.slice(given?.path.length ?? path.length)
    // Items of a comma-separated list have no numbers.
    return [source.variable, ...(inside.length > 1 ? inside : [])].join('.')
  }
  const shown = path.join('.')
  if (source?.isGiven || path.length === 0) return shown || 'The configuration'
  if (isInListOfFile(path, sources)) return shown
  const fitting = variables.filter((variable) => variable.path.join('.') === shown)
  return (fitting.find(({ isAlias }) => isAlias) ?? fitting[0])?.name ?? shown
}

/** Whether the value belongs to an item of a list in the file. */
function isInListOfFile(path: Path, sources: Sources): boolean {
  const at = path.findIndex((key) => typeof key === 'number')
  const list = path.slice(0, Math.max(at, 0))
  return at > 0 && sources.valueAt(list) !== undefined && sources.variablesWithin(list).length === 0
}

const meant = (key: string, path: Path, schema: z.ZodType): string => {
  const near = nearestName(key, keysAt(schema, path))
  return near === undefined ? '' : `; did you mean ${near}?`
}

function keysAt(schema: z.ZodType, [key, ...rest]: Path): readonly string[] {
  const bare = bareOf(schema)
  if (bare instanceof z.ZodUnion)
    return bare.options.flatMap((option) => keysAt(option as z.ZodType, key === undefined ? [] : [key, ...rest]))
  if (bare instanceof z.ZodRecord) return key === undefined ? [] : keysAt(bare.valueType as z.ZodType, rest)
  if (bare instanceof z.ZodArray) return key === undefined ? [] : keysAt(bare.element as z.ZodType, rest)
  if (!(bare instanceof z.ZodObject)) return []
  if (key === undefined) return Object.keys(bare.shape)
  const member = (bare.shape as Readonly<Record<string, z.ZodType>>)[key]
  return member ? keysAt(member, rest) : []
}
