/**
 * Reads the configuration's file and the environment into a frozen `Config`, and reports every
 * fault at once. Opens no connection.
 */
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { listItems } from '../../platform/http/message/fields.ts'
import { misspellings } from '../../platform/process/setting-names.ts'
import { ONCE, SettingsError } from '../../platform/process/settings.ts'
import { type Seen, stampOf } from '../../platform/process/watch-file.ts'
import { issuerFaults } from '../../platform/protocol/identity-settings.ts'
import type { Config } from './config.ts'
import { contradictions } from './contradictions.ts'
import { configOf } from './effective.ts'
import { type Environment, fixedFaults, type Path, type Variable, variablesOf } from './environment.ts'
import { describeIssue, faultsOf, nameOf } from './faults.ts'
import type { GivenSupergraph } from './given-supergraph.ts'
import { importFile } from './import-file.ts'
import { listFilesIn, readAllListed, safelistsIn } from './safelists.ts'
import { configSchema, type Settings } from './schema.ts'
import type { Kind } from './sections/services.ts'
import { createSources, isPlain, type Sources } from './sources.ts'

export interface LoadOptions {
  readonly env: Environment
  /**
   * A `tributary.config.ts`. Without it the shipped one, or none with `SUPERGRAPH`: the registry is
   * of the shipped supergraph only.
   */
  readonly file?: string | undefined
  /** Addresses and secret of the registry's services may be missing. */
  readonly isPartial?: boolean
  /** For a configuration that is followed: records the files that were read. */
  readonly seen?: Seen
  /** Gets the other files that the configuration needs, with their stamps before they are read. */
  readonly needed?: Seen
}

export interface Loaded {
  /** The file that was read; `undefined` if there is none. */
  readonly file: string | undefined
  readonly config: Config
  /** The checked sections. */
  readonly settings: Settings
  readonly sources: Sources
  readonly variables: readonly Variable[]
}

const shippedFile = fileURLToPath(new URL('../../tributary.config.ts', import.meta.url))

/** Returns the configuration only. @throws SettingsError naming every wrong setting */
export const readConfig = async (env: Environment, file?: string): Promise<Config> =>
  (await loadConfig({ env, file })).config

/** @throws SettingsError naming every wrong setting */
export async function loadConfig({
  env: everything,
  file,
  isPartial = false,
  seen,
  needed,
}: LoadOptions): Promise<Loaded> {
  const env = Object.fromEntries(Object.entries(everything).filter(([, value]) => value))
  const used = file ?? (env['SUPERGRAPH'] ? undefined : shippedFile)
  const sources = createSources(
    used === undefined ? {} : fromFolder(dirname(resolve(used)), await importFile(used, seen)),
  )
  const faults: string[] = []

  const path = env['SUPERGRAPH'] ?? textAt(sources, 'supergraph')
  if (path !== undefined) needed?.set(path, stampOf(path))
  const given = path === undefined ? undefined : await readGiven(path)
  const kinds = kindsOf(sources, given)
  const services = sources.valueAt(['services'])
  if (services !== undefined && !isPlain(services)) faults.push('services: must be an object')
  faults.push(...readStateless(env['STATELESS'], kinds, given, sources))
  const variables = variablesOf({ kinds, areOurs: given === undefined })
  faults.push(...applyVariables(sources, variables, env))
  if (isPartial && !given) assumeRegistry(sources, kinds)

  const result = configSchema.safeParse(sources.values, { error: describeIssue, ...ONCE })
  const name = (path: Path): string => nameOf(path, sources, variables)
  for (const path of listFilesIn(sources)) needed?.set(path, stampOf(path))
  const listed = await readAllListed(sources)
  faults.push(
    ...faultsOf(result.error, configSchema, sources, variables),
    ...sources.reservedKeys().map((path) => `${name(path)}: names __proto__, which JavaScript keeps for itself`),
    ...(given?.fault ? [`${name(['supergraph'])}: ${given.fault}`] : []),
    ...listed.flatMap(({ path, fault }) => (fault ? [`${name([...path, 'manifests'])}: ${fault}`] : [])),
    ...contradictions({ sources, settings: result.data, kinds, given, env }).map(
      ({ path, fault }) => `${name(path)}: ${fault}`,
    ),
    ...issuerFaults(env),
    ...fixedFaults(env, kinds),
    ...misspelt(env, variables),
  )
  if (!result.success || faults.length > 0) throw new SettingsError([...new Set(faults)])
  const config = configOf(result.data, kinds, given, listed, path)
  return { file: used, config, settings: result.data, sources, variables }
}

/** Imported lazily: only another supergraph is parsed, and `npm start` needs no parser. */
async function readGiven(path: string): Promise<GivenSupergraph> {
  const { readGivenSupergraph } = await import('./given-supergraph.ts')
  return readGivenSupergraph(path)
}

/** Paths in a file are relative to its folder, those in variables to the current directory. */
function fromFolder(folder: string, file: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const sources = createSources(file)
  const lists = safelistsIn(sources).flatMap((path) => [
    [...path, 'manifests'],
    ...sources.namesAt([...path, 'clients']).map((name) => [...path, 'clients', name]),
  ])
  for (const path of [['supergraph'], ['dataDir'], ['usage', 'folder'], ...lists]) {
    const value = sources.valueAt(path)
    if (typeof value === 'string') sources.set(path, resolve(folder, value))
    if (Array.isArray(value))
      sources.set(
        path,
        value.map((one) => (typeof one === 'string' ? resolve(folder, one) : one)),
      )
  }
  return sources.values
}

const textAt = (sources: Sources, key: string): string | undefined => {
  const value = sources.valueAt([key])
  return typeof value === 'string' ? value : undefined
}

/** The kind of each service that the file declares. */
function kindsOf(sources: Sources, given: GivenSupergraph | undefined): Map<string, Kind> {
  const declared = sources.valueAt(['services'])
  const kinds = new Map<string, Kind>()
  for (const [name, service] of isPlain(declared) ? Object.entries(declared) : []) {
    const kind = isPlain(service) ? service['kind'] : undefined
    if (kind === 'stateful' || kind === 'stateless') kinds.set(name, kind)
  }
  for (const { name } of given?.graphs ?? []) if (!sources.valueAt(['services', name])) kinds.set(name, 'stateful')
  return kinds
}

/**
 * Services of another supergraph that the file does not declare count as stateful, unless
 * `STATELESS` names them. Writes them into the values.
 */
function readStateless(
  text: string | undefined,
  kinds: Map<string, Kind>,
  given: GivenSupergraph | undefined,
  sources: Sources,
): readonly string[] {
  const names = listItems(text ?? '')
  const faults: string[] = []
  for (const name of names) {
    const declared = sources.valueAt(['services', name]) === undefined ? undefined : kinds.get(name)
    if (declared === 'stateful') faults.push(`STATELESS: names ${name}, which the registry says is stateful`)
    else if (declared === undefined && kinds.has(name)) kinds.set(name, 'stateless')
    else if (declared === undefined && given?.fault === undefined)
      faults.push(
        `STATELESS: names ${name}, which the ${given ? 'supergraph does not join' : 'registry does not know'}`,
      )
  }
  if (text && names.length === 0) faults.push('STATELESS: must name at least one value')
  for (const [name, kind] of kinds)
    if (sources.valueAt(['services', name]) !== undefined) continue
    else if (names.includes(name)) sources.set(['services', name, 'kind'], kind, 'STATELESS')
    else sources.assume(['services', name, 'kind'], kind)
  return faults
}

/** Lets the environment override the file. */
function applyVariables(sources: Sources, variables: readonly Variable[], env: Environment): readonly string[] {
  const faults: string[] = []
  const setBy = new Map<string, string>()
  const setsOf = new Map<string, string>()
  for (const { name, path, read } of variables) {
    const text = env[name]
    if (text === undefined) continue
    const key = path.join('.')
    const other = setBy.get(key)
    if (other !== undefined && other !== name) faults.push(`${name}: sets ${key}, and so does ${other}`)
    setBy.set(key, name)
    const another = setsOf.get(name) ?? key
    if (another !== key) faults.push(`${name}: sets both ${another} and ${key}; set them in the file`)
    setsOf.set(name, key)
    sources.set(path, read(text), name)
  }
  return faults
}

/** Assumes addresses and a secret where none is known yet. */
function assumeRegistry(sources: Sources, kinds: ReadonlyMap<string, Kind>): void {
  const assume = (path: Path, value: unknown): void => {
    if (sources.valueAt(path) === undefined) sources.assume(path, value)
  }
  for (const name of kinds.keys()) assume(['services', name, 'addresses'], ['http://127.0.0.1:1'])
  assume(['secret'], 'any of sixteen characters')
}

/** Variables of one word are not checked for spelling: platforms set many. */
function misspelt(env: Environment, variables: readonly Variable[]): readonly string[] {
  const isOrdinary = ({ name, isAlias }: Variable): boolean => !isAlias && !name.includes('_')
  return misspellings(
    Object.keys(env),
    variables.filter((one) => !isOrdinary(one)).map(({ name }) => name),
    variables.filter(isOrdinary).map(({ name }) => name),
  )
}
