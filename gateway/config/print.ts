/** The configuration in effect as text: each setting, its value, and where that comes from. */
import type { z } from 'zod'
import type { LimitName } from '../limits/limits.ts'
import { bareOf, optionsOf, type Path, serviceOf } from './environment.ts'
import { nameOf } from './faults.ts'
import type { Loaded } from './load.ts'
import { configSchema } from './schema.ts'
import { isSecret } from './sections/values.ts'
import { isPlain, type Sources } from './sources.ts'

interface Row {
  readonly path: string
  readonly source: string
  readonly value: string
}

export function printConfig(loaded: Loaded): string {
  const { file, sources, variables } = loaded
  const kinds = Object.keys(loaded.settings.services).map((name) => ['services', name, 'kind'])
  const settable = variables.filter(({ isAlias }) => !isAlias).map(({ path }) => path)
  const listed = new Set(settable.map((path) => path.join('.')))
  const functions = functionsIn(loaded.settings).filter((path) => !isWithin(path, listed))
  const paths: readonly Path[] = [...settable, ...kinds, ...functions]
  const isMissing = (path: Path): boolean => sources.isAssumed(path) && path.at(-1) !== 'kind'
  const rows = paths.map(
    (path): Row => ({
      path: path.join('.'),
      source: sourceOf(path, sources),
      value: isMissing(path)
        ? `(required: ${nameOf(path, sources, variables)})`
        : shown(effective(path, loaded), schemaOf(path, loaded)),
    }),
  )
  const sorted = rows.toSorted((one, other) => (one.path < other.path ? -1 : 1))
  const width = (key: 'path' | 'source'): number => Math.max(...rows.map((row) => row[key].length)) + 2
  const [paths_, sources_] = [width('path'), width('source')]
  return [
    file === undefined ? 'No file is read.' : `From ${file}`,
    '',
    ...sorted.map(({ path, source, value }) => `${path.padEnd(paths_)}${source.padEnd(sources_)}${value}`),
  ].join('\n')
}

/** Paths of functions, which no variable can set. */
const functionsIn = (value: unknown, path: Path = []): readonly Path[] => {
  if (typeof value === 'function') return [path]
  if (Array.isArray(value)) return value.flatMap((one, at) => functionsIn(one, [...path, at]))
  return isPlain(value) ? Object.entries(value).flatMap(([key, one]) => functionsIn(one, [...path, key])) : []
}

/** Whether a path, or what contains it, is listed. */
const isWithin = (path: Path, listed: ReadonlySet<string>): boolean =>
  path.some((_, at) => listed.has(path.slice(0, at + 1).join('.')))

function sourceOf(path: Path, sources: Sources): string {
  const source = sources.find(path)
  const parts = sources.variablesWithin(path)
  if (source?.variable !== undefined) return source.variable
  if (parts.length > 0) return parts.join(', ')
  return source ? 'file' : 'default'
}

/** The value in effect, if it depends on other settings, too. */
function effective(path: Path, { config, settings }: Loaded): unknown {
  const [section, name] = path
  if (section === 'playground') return config.playground
  if (section === 'app' && name === 'enabled') return config.app.enabled
  if (section === 'supergraph') return config.supergraphFile
  if (section === 'limits' && name !== undefined && name in config.limits) {
    const limit = config.limits[name as LimitName]
    return Number.isFinite(limit) ? limit : 'off'
  }
  if (section === 'services' && path[2] === 'addresses')
    return config.services.find(({ definition }) => definition.name === name)?.addresses
  return path.reduce<unknown>((value, key) => (value as Readonly<Record<string, unknown>> | undefined)?.[key], settings)
}

function schemaOf([section, name = '', ...rest]: Path, { settings }: Loaded): z.ZodType {
  const kind = settings.services[name]?.kind
  if (section === 'services' && kind) return rest.reduce(memberOf, serviceOf(kind))
  return [section ?? '', name, ...rest].filter((key) => key !== '').reduce(memberOf, configSchema as z.ZodType)
}

/** The schema of a member, or the object's own if there is none. */
const memberOf = (schema: z.ZodType, key: string | number): z.ZodType => {
  const found = optionsOf(schema).flatMap((option) => {
    const member = (option as Partial<z.ZodObject>).shape?.[key] as z.ZodType | undefined
    return member ? [member] : []
  })
  return found.find(isSecret) ?? found[0] ?? schema
}

const HIDDEN = '(hidden)'

function shown(value: unknown, schema: z.ZodType): string {
  if (value === undefined) return '–'
  if (isSecret(schema)) return HIDDEN
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object'))
    return value.map((one) => String(masked(one, schema))).join(', ') || '(none)'
  return typeof value === 'object' ? JSON.stringify(masked(value, schema)) : String(masked(value, schema))
}

function masked(value: unknown, schema: z.ZodType): unknown {
  if (isSecret(schema)) return HIDDEN
  if (typeof value === 'string') return withoutPassword(value)
  if (typeof value === 'function') return `(function ${value.name})`
  if (value instanceof RegExp) return String(value)
  const bare = bareOf(schema)
  if (Array.isArray(value)) {
    const items = optionsOf(bare).find((option) => 'element' in option) as { element?: z.ZodType } | undefined
    return value.map((one) => masked(one, items?.element ?? bare))
  }
  if (!isPlain(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, masked(one, memberOf(bare, key))]))
}

/** Removes user information and query of a URL, which may be secret. */
function withoutPassword(text: string): string {
  const url = URL.parse(text)
  if (!url || (url.username === '' && url.password === '' && url.search === '')) return text
  if (url.username !== '' || url.password !== '') url.username = '***'
  url.password = ''
  if (url.search !== '') url.search = '?***'
  return url.href
}
