/**
 * The one rule of environment variables: a setting's variable is its path in capitals, words joined
 * by `_`. Older names are aliases. The environment wins over the file.
 */
import { z } from 'zod'
import { listItems } from '../../platform/http/message/fields.ts'
import { type SettingPath, variableOf } from '../../platform/process/setting-names.ts'
import { isProduction } from '../../platform/process/settings.ts'
import { limitNames, limitSetting } from '../limits/limits.ts'
import { configSchema } from './schema.ts'
import { type Kind, serviceSection } from './sections/services.ts'

export type Environment = Readonly<Record<string, string | undefined>>
export type Path = SettingPath

/** A variable and the setting that it sets. */
export interface Variable {
  readonly name: string
  readonly path: Path
  /**
   * Parses a text as the setting's type. Returns a text that cannot be parsed, which the check then
   * refuses.
   */
  readonly read: (text: string) => unknown
  /** False for a name that follows the rule. */
  readonly isAlias: boolean
}

/** The services, which decide the names and types of variables. */
interface Services {
  readonly kinds: ReadonlyMap<string, Kind>
  /** True for services of the registry, whose addresses have aliases. */
  readonly areOurs: boolean
}

/**
 * The variable that holds the addresses of a service of the registry, for example `BANKING_URL`.
 */
export const addressSetting = (name: string): string => `${variableOf([name])}_URL`

const older: readonly (readonly [name: string, path: Path])[] = [
  ['GATEWAY_SECRET', ['secret']],
  ['GATEWAY_WORKERS', ['workers']],
  ['HTTP_FAST_PATH', ['fastPath']],
  ['SAFELIST', ['operations', 'safelist', 'manifests']],
  ['JWKS_URL', ['identity', 'issuers', 0, 'jwks']],
  ['JWT_ISSUER', ['identity', 'issuers', 0, 'issuer']],
  ['JWT_AUDIENCE', ['identity', 'issuers', 0, 'audience']],
  ...limitNames.map((name) => [limitSetting(name), ['limits', name]] as const),
]

/** Aliases without another place. (`STATELESS` is none: it names services, not a setting.) */
export const NODE_ENV: Variable = { name: 'NODE_ENV', path: ['production'], read: isProduction, isAlias: true }

/** Every variable of the configuration with these services. */
export function variablesOf({ kinds, areOurs }: Services): readonly Variable[] {
  const services = [...kinds].flatMap(([name, kind]) => settingsIn(serviceOf(kind), ['services', name]))
  const addresses = areOurs ? [...kinds.keys()].map((name) => [addressSetting(name), addressesOf(name)] as const) : []
  const ruled = [...settingsIn(configSchema, []), ...services]
  const aliases = [...older, ...addresses].map(([name, path]) => ({
    name,
    path,
    read: readerOf(schemaAt(path, kinds)),
    isAlias: true,
  }))
  return [...ruled, ...aliases, NODE_ENV]
}

const addressesOf = (name: string): Path => ['services', name, 'addresses']

export const serviceOf = (kind: Kind): z.ZodType =>
  serviceSection.options.find(({ shape }) => shape.kind.value === kind) ?? serviceSection

/** The settings below an object; anything but an object with known keys is one setting. */
const settingsIn = (schema: z.ZodType, path: Path): readonly Variable[] =>
  leavesIn(schema, path)
    .filter((leaf) => !isFixed(leaf.schema))
    .map((leaf) => ({ name: variableOf(leaf.path), path: leaf.path, read: readerOf(leaf.schema), isAlias: false }))

interface Leaf {
  readonly path: Path
  readonly schema: z.ZodType
}

function leavesIn(schema: z.ZodType, path: Path): readonly Leaf[] {
  const bare = bareOf(schema)
  if (isFixed(bare) || !(bare instanceof z.ZodObject)) return [{ path, schema: bare }]
  return Object.entries(bare.shape as Readonly<Record<string, z.ZodType>>).flatMap(([key, member]) =>
    path.length === 0 && key === 'services' ? [] : leavesIn(member, [...path, key]),
  )
}

/** One line for each variable that would set a setting which no variable can. */
export function fixedFaults(env: Environment, kinds: Services['kinds']): readonly string[] {
  const services = [...kinds].flatMap(([name, kind]) => leavesIn(serviceOf(kind), ['services', name]))
  return [...leavesIn(configSchema, []), ...services].flatMap(({ path, schema }) => {
    const text = env[variableOf(path)]
    if (text === undefined || !isFixed(schema)) return []
    const fault =
      schema instanceof z.ZodUndefined ? schema.safeParse(text).error?.issues[0]?.message : 'is set in the file alone'
    return [`${variableOf(path)}: ${fault}`]
  })
}

/** Settings that no text can give: a service's kind, settings that contradict it, and functions. */
const isFixed = (schema: z.ZodType): boolean => {
  const bare = bareOf(schema)
  if (bare instanceof z.ZodUnion) return bare.options.every((option) => isFixed(option as z.ZodType))
  if (bare instanceof z.ZodRecord) return isFixed(bare.valueType as z.ZodType)
  return bare instanceof z.ZodLiteral || bare instanceof z.ZodUndefined || bare instanceof z.ZodCustom
}

function schemaAt(path: Path, kinds: Services['kinds']): z.ZodType {
  const [first, name, ...rest] = path
  if (first === 'services') return below(serviceOf(kinds.get(`${name}`) ?? 'stateful'), rest)
  return below(configSchema, path)
}

function below(schema: z.ZodType, [key, ...rest]: Path): z.ZodType {
  if (key === undefined) return schema
  const bare = bareOf(schema)
  const member =
    bare instanceof z.ZodArray
      ? (bare.element as z.ZodType)
      : bare instanceof z.ZodObject
        ? (bare.shape as Readonly<Record<string, z.ZodType>>)[key]
        : undefined
  if (!member) throw new Error(`There is no setting ${variableOf([key])}.`)
  return below(member, rest)
}

/** The options of a union; of any other schema, the schema itself. */
export function optionsOf(schema: z.ZodType): readonly z.ZodType[] {
  const bare = bareOf(schema)
  return bare instanceof z.ZodUnion ? bare.options.flatMap((option) => optionsOf(option as z.ZodType)) : [bare]
}

/** The schema without wrappers for absence, defaults and transforms. */
export function bareOf(schema: z.ZodType): z.ZodType {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodReadonly
  )
    return bareOf(schema.unwrap() as z.ZodType)
  return schema instanceof z.ZodPipe ? bareOf(schema.in as z.ZodType) : schema
}

const switches = z.stringbool()

/** Makes the function that parses a variable's text. */
function readerOf(schema: z.ZodType): Variable['read'] {
  const bare = bareOf(schema)
  if (bare instanceof z.ZodNumber) return (text) => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : text)
  if (bare instanceof z.ZodBoolean) return (text) => switches.safeParse(text).data ?? text
  if (bare instanceof z.ZodArray && !isStructure(bareOf(bare.element as z.ZodType))) return readList
  if (bare instanceof z.ZodUnion) {
    const options = bare.options as readonly z.ZodType[]
    const words = new Set(options.flatMap((option) => (option instanceof z.ZodLiteral ? [...option.values] : [])))
    const readers = options.map((option) => readerOf(option))
    return (text) => (words.has(text) ? text : isJson(text) ? readJson(text) : read(readers, text))
  }
  return isStructure(bare) ? readJson : (text) => text
}

/** The first reader that does more than return the text. */
const read = (readers: readonly Variable['read'][], text: string): unknown =>
  readers.map((one) => one(text)).find((value) => value !== text) ?? text

const isStructure = (schema: z.ZodType): boolean =>
  schema instanceof z.ZodObject || schema instanceof z.ZodRecord || schema instanceof z.ZodArray

/** A text without items is not a list. */
const readList = (text: string): unknown => {
  const items = listItems(text)
  return items.length > 0 ? items : text
}

const isJson = (text: string): boolean => /^\s*[[{]/.test(text)

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
