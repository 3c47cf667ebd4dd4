/**
 * Reads the configuration's file and the environment into a frozen `Config`, and reports every
 * fault at once. Opens no connection.
 */
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { GraphQLError } from 'graphql'
import { listItems } from '../../platform/http/message/fields.ts'
import { misspellings } from '../../platform/process/setting-names.ts'
import { SettingsError } from '../../platform/process/settings.ts'
import type { Seen } from '../../platform/process/watch-file.ts'
import { identityOf, issuerFaults } from '../../platform/protocol/identity-settings.ts'
import type { RulesOfServices } from '../errors/mask.ts'
import { measuredLimits, readLimits } from '../limits/limits.ts'
import { type OperationLists, readLists } from '../persisted/lists.ts'
import { files } from '../supergraph/files.ts'
import { type Graph, readGraphs } from '../supergraph/graphs.ts'
import { isNodeGraph } from '../supergraph/node-graph.ts'
import { isAddress } from '../traffic/address.ts'
import { stateful, stateless } from '../traffic/call/kind.ts'
import type { LocatedService } from '../traffic/traffic.ts'
import type { Config, Variant } from './config.ts'
import { type Environment, type Path, type Variable, variablesOf } from './environment.ts'
import { describeIssue, faultsOf, nameOf } from './faults.ts'
import { importFile } from './import-file.ts'
import { configSchema, type Settings } from './schema.ts'
import type { ErrorRules } from './sections/errors.ts'
import type { HeaderRule } from './sections/headers.ts'
import { type Safelist, safelistSection } from './sections/operations.ts'
import type { ServiceInput, ServiceSettings } from './sections/services.ts'
import type { VariantSettings } from './sections/variants.ts'
import { createSources, isPlain, type Sources } from './sources.ts'

type Kind = ServiceInput['kind']

export interface LoadOptions {
  readonly env: Environment
  /**
   * A `tributary.config.ts`. Without it the shipped one, or none with `SUPERGRAPH`: the registry is
   * of the shipped supergraph only.
   */
  readonly file?: string | undefined
  /** Addresses and secret of the registry's services may be missing. */
  readonly isPartial?: boolean
  /** For a configuration that is followed: takes the files that were read. */
  readonly seen?: Seen
}

export interface Loaded {
  /** That was read; `undefined` where none is. */
  readonly file: string | undefined
  readonly config: Config
  /** The checked sections. */
  readonly settings: Settings
  readonly sources: Sources
  readonly variables: readonly Variable[]
}

const shippedFile = fileURLToPath(new URL('../../tributary.config.ts', import.meta.url))

/** Without what led to it. @throws SettingsError naming every wrong setting */
export const readConfig = async (env: Environment, file?: string): Promise<Config> =>
  (await loadConfig({ env, file })).config

/** @throws SettingsError naming every wrong setting */
export async function loadConfig({ env: everything, file, isPartial = false, seen }: LoadOptions): Promise<Loaded> {
  const env = Object.fromEntries(Object.entries(everything).filter(([, value]) => value))
  const used = file ?? (env['SUPERGRAPH'] ? undefined : shippedFile)
  const sources = createSources(
    used === undefined ? {} : fromFolder(dirname(resolve(used)), await importFile(used, seen)),
  )
  const faults: string[] = []

  const path = env['SUPERGRAPH'] ?? textAt(sources, 'supergraph')
  const given = path === undefined ? undefined : await readGivenSupergraph(path)
  const kinds = kindsOf(sources, given)
  faults.push(...readStateless(env['STATELESS'], kinds, given, sources))
  const variables = variablesOf({ kinds, areOurs: given === undefined })
  faults.push(...applyVariables(sources, variables, env))
  if (isPartial && !given) assumeRegistry(sources, kinds)

  const result = configSchema.safeParse(sources.values, { error: describeIssue })
  const name = (path: Path): string => nameOf(path, sources, variables)
  const listed = await readAllListed(sources)
  faults.push(
    ...faultsOf(result.error, configSchema, sources, variables),
    ...(given?.fault ? [`${name(['supergraph'])}: ${given.fault}`] : []),
    ...listed.flatMap(({ path, fault }) => (fault ? [`${name([...path, 'manifests'])}: ${fault}`] : [])),
    ...serviceFaults(sources, kinds, given).map(({ path, fault }) => `${name(path)}: ${fault}`),
    ...appFaults(sources, given).map(({ path, fault }) => `${name(path)}: ${fault}`),
    ...(given ? opaqueFaults(sources, kinds) : productFaults(sources, env)).map(
      ({ path, fault }) => `${name(path)}: ${fault}`,
    ),
    ...variantFaults(result.data).map(({ path, fault }) => `${name(path)}: ${fault}`),
    ...headerFaults(result.data).map(({ path, fault }) => `${name(path)}: ${fault}`),
    ...issuerFaults(env),
    ...redisFaults(sources).map(({ path, fault }) => `${name(path)}: ${fault}`),
    ...misspelt(env, variables),
  )
  if (!result.success || faults.length > 0) throw new SettingsError([...new Set(faults)])
  const config = configOf(result.data, kinds, given, listed, path)
  return { file: used, config, settings: result.data, sources, variables }
}

const SAFELIST: Path = ['operations', 'safelist']

/** Of the whole schema, and of the variants that have their own. */
const safelistsIn = (sources: Sources): readonly Path[] =>
  [SAFELIST, ...namesAt(sources, ['variants']).map((name) => ['variants', name, ...SAFELIST])].filter(
    (path) => sources.valueAt(path) !== undefined,
  )

function namesAt(sources: Sources, path: Path): readonly string[] {
  const value = sources.valueAt(path)
  return isPlain(value) ? Object.keys(value) : []
}

/** Paths of a file are from its folder, those of variables from where the gateway was started. */
function fromFolder(folder: string, file: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const sources = createSources(file)
  const lists = safelistsIn(sources).flatMap((path) => [
    [...path, 'manifests'],
    ...namesAt(sources, [...path, 'clients']).map((name) => [...path, 'clients', name]),
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

/** The file of another supergraph: the services it joins, or why it cannot be used. */
type GivenSupergraph = { readonly graphs: readonly Graph[]; readonly fault?: string }

async function readGivenSupergraph(path: string): Promise<GivenSupergraph> {
  try {
    const graphs = readGraphs(await readFile(path, 'utf8')).filter((graph) => !isNodeGraph(graph))
    return graphs.length === 0 ? { graphs, fault: 'is not a supergraph: it joins no service' } : { graphs }
  } catch (error) {
    return { graphs: [], fault: error instanceof GraphQLError ? 'is not GraphQL schema language' : 'cannot be read' }
  }
}

/** Kinds by service, as the file declares them. */
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

/** Puts what the variables say over the file. */
function applyVariables(sources: Sources, variables: readonly Variable[], env: Environment): readonly string[] {
  const faults: string[] = []
  const setBy = new Map<string, string>()
  for (const { name, path, read } of variables) {
    const text = env[name]
    if (text === undefined) continue
    const key = path.join('.')
    const other = setBy.get(key)
    if (other !== undefined && other !== name) faults.push(`${name}: sets ${key}, and so does ${other}`)
    setBy.set(key, name)
    sources.set(path, read(text), name)
  }
  return faults
}

/** Any address and secret, where none is known yet. */
function assumeRegistry(sources: Sources, kinds: ReadonlyMap<string, Kind>): void {
  const assume = (path: Path, value: unknown): void => {
    if (sources.valueAt(path) === undefined) sources.assume(path, value)
  }
  for (const name of kinds.keys()) assume(['services', name, 'addresses'], ['http://127.0.0.1:1'])
  assume(['secret'], 'any of sixteen characters')
}

interface GivenLists {
  /** Of the safelist. */
  readonly path: Path
  readonly lists?: OperationLists
  readonly fault?: string
}

const readAllListed = async (sources: Sources): Promise<readonly GivenLists[]> =>
  (await Promise.all(safelistsIn(sources).map((path) => readListed(path, sources)))).flat()

async function readListed(path: Path, sources: Sources): Promise<readonly GivenLists[]> {
  const safelist: Safelist = safelistSection.safeParse(sources.valueAt(path)).data
  if (!safelist) return []
  try {
    return [{ path, lists: await readLists(safelist) }]
  } catch (error) {
    return [{ path, fault: (error as Error).message }]
  }
}

interface Fault {
  readonly path: Path
  readonly fault: string
}

/** Services that are not joined, and joined ones that are nowhere. */
function serviceFaults(
  sources: Sources,
  kinds: ReadonlyMap<string, Kind>,
  given: GivenSupergraph | undefined,
): readonly Fault[] {
  const hasAddresses = (name: string): boolean => sources.valueAt(['services', name, 'addresses']) !== undefined
  if (!given)
    return [...kinds.keys()]
      .filter((name) => !hasAddresses(name))
      .map((name) => ({
        path: ['services', name, 'addresses'],
        fault: 'is required: the addresses of the service, comma-separated',
      }))
  if (given.fault !== undefined) return []
  const joined = new Set(given.graphs.map(({ name }) => name))
  const lost = given.graphs.filter(({ name, url }) => !isAddress(url) && !hasAddresses(name)).map(({ name }) => name)
  return [
    ...[...kinds.keys()]
      .filter((name) => !joined.has(name))
      .map((name) => ({ path: ['services', name], fault: 'the supergraph joins no such service' })),
    ...(lost.length > 0 ? [{ path: ['supergraph'], fault: `names no address of ${lost.join(', ')}` }] : []),
  ]
}

/** What is to be kept in Redis needs one. */
const redisFaults = (sources: Sources): readonly Fault[] =>
  [
    ['budgets', 'store'],
    ['operations', 'persisted', 'store'],
    ['usage', 'store'],
  ]
    .filter((path) => sources.valueAt(path) === 'redis' && sources.valueAt(['redis', 'url']) === undefined)
    .map((path) => ({ path, fault: 'needs redis.url' }))

/** What the product's own services need: a secret, and no demo identity in production. */
function productFaults(sources: Sources, env: Environment): readonly Fault[] {
  const faults: Fault[] = []
  if (sources.valueAt(['secret']) === undefined)
    faults.push({ path: ['secret'], fault: 'is required: the secret shared by gateway and services' })
  if (sources.valueAt(['production']) === true && !sources.valueAt(['identity', 'issuers'])) {
    const why = env['NODE_ENV'] ? `NODE_ENV=${env['NODE_ENV']}` : 'production'
    for (const key of ['jwks', 'issuer', 'audience'])
      faults.push({
        path: ['identity', 'issuers', 0, key],
        fault: `is required with ${why}: the demo identity lets anyone in`,
      })
  }
  return faults
}

/** The app asks for the product's own schema, and nobody can use it who cannot sign in. */
function appFaults(sources: Sources, given: GivenSupergraph | undefined): readonly Fault[] {
  if (sources.valueAt(['app', 'enabled']) !== true) return []
  if (given) return [{ path: ['app', 'enabled'], fault: 'is for the shipped supergraph; another one has no such app' }]
  const hasIssuer = sources.valueAt(['app', 'issuer']) !== undefined || !sources.valueAt(['identity', 'issuers'])
  return hasIssuer ? [] : [{ path: ['app', 'issuer'], fault: 'is required: where users of the app sign in' }]
}

/** Without the demo identity, nothing can be asked of tokens that nobody verifies. */
function opaqueFaults(sources: Sources, kinds: ReadonlyMap<string, Kind>): readonly Fault[] {
  if (sources.valueAt(['identity', 'issuers'])) return []
  return [
    ...['required', 'token'].map((key) => ['identity', key]),
    ...namesAt(sources, ['variants']).map((name) => ['variants', name, 'identity', 'required']),
    ...[...kinds.keys()].map((name) => ['services', name, 'claims']),
  ]
    .filter((path) => ![undefined, false].includes(sources.valueAt(path) as undefined))
    .map((path) => ({ path, fault: 'needs identity.issuers, since tokens are opaque without it' }))
}

/** Each path is served once. */
function variantFaults(settings: Settings | undefined): readonly Fault[] {
  const served = new Map<string, string>()
  const files = Object.values(settings?.services ?? {}).flatMap(({ paths }) => paths)
  return Object.entries(settings?.variants ?? {}).flatMap(([name, variant]) => {
    const path = pathOf(name, variant)
    const other = served.get(path)
    served.set(path, name)
    if (other !== undefined) return [{ path: ['variants', name, 'path'], fault: `is the path of "${other}", too` }]
    return files.some((each) => `${path}/`.startsWith(each))
      ? [{ path: ['variants', name, 'path'], fault: 'is below a path of a service' }]
      : []
  })
}

const pathOf = (name: string, { path }: VariantSettings): string => path ?? `/graphql/${name}`

/** A header that tells a signed claim is written by nothing else. */
function headerFaults(settings: Settings | undefined): readonly Fault[] {
  const faults: Fault[] = []
  for (const [name, service] of Object.entries(settings?.services ?? {})) {
    const claims = Object.keys((service.kind === 'stateful' && service.claims) || {})
    const check = (rules: readonly HeaderRule[], path: Path): void => {
      for (const [at, rule] of rules.entries()) {
        const { forward, rename, insert } = rule
        const written = [insert ?? rename ?? forward ?? []].flat().filter((one) => claims.includes(one))
        for (const one of written)
          faults.push({ path: [...path, at], fault: `writes ${one}, which tells "${name}" a claim of the token` })
      }
    }
    check(settings?.headers.services ?? [], ['headers', 'services'])
    check(service.headers ?? [], ['services', name, 'headers'])
  }
  return faults
}

/** Nobody is asked whether a variable of one word is misspelt: platforms have many. */
function misspelt(env: Environment, variables: readonly Variable[]): readonly string[] {
  const isOrdinary = ({ name, isAlias }: Variable): boolean => !isAlias && !name.includes('_')
  return misspellings(
    Object.keys(env),
    variables.filter((one) => !isOrdinary(one)).map(({ name }) => name),
    variables.filter(isOrdinary).map(({ name }) => name),
  )
}

function configOf(
  settings: Settings,
  kinds: ReadonlyMap<string, Kind>,
  given: GivenSupergraph | undefined,
  listed: readonly GivenLists[],
  supergraphFile: string | undefined,
): Config {
  const {
    services,
    headers,
    errors,
    supergraph: _file,
    identity,
    limits,
    playground,
    app,
    variants,
    ...sections
  } = settings
  const locate = ({ name, url }: Graph): LocatedService =>
    locatedAt(name, Object.hasOwn(services, name) ? services[name] : undefined, url, headers.services)
  const known = identityOf(identity, given ? undefined : settings.dataDir)
  const listsAt = (path: Path): OperationLists | undefined =>
    listed.find((each) => each.path.join('.') === path.join('.'))?.lists
  return Object.freeze({
    ...sections,
    secret: settings.secret,
    playground: playground ?? !settings.production,
    app: { ...app, enabled: app.enabled ?? (given === undefined && !settings.production) },
    identity: known,
    limits: readLimits(limits, known !== undefined),
    clientHeaders: headers.client,
    errorRules: errorRulesOf(services, errors),
    measured: measuredLimits(limits.measure),
    lists: listsAt(SAFELIST),
    variants: Object.entries(variants).map(([name, variant]): Variant => {
      const { include, exclude, hideUnreachable, introspection, identity: ofCallers, operations } = variant
      return {
        name,
        path: pathOf(name, variant),
        filter: { include, exclude, hideUnreachable },
        introspection: introspection ?? !settings.production,
        isCallerRequired: ofCallers.required ?? known?.required ?? false,
        safelist: operations.safelist ?? settings.operations.safelist,
        lists: listsAt(operations.safelist ? ['variants', name, ...SAFELIST] : SAFELIST),
      }
    }),
    supergraphFile: supergraphFile ?? fileURLToPath(files.supergraph),
    ownServices: given === undefined,
    locate,
    services: given ? given.graphs.map(locate) : [...kinds.keys()].map((name) => locate({ name, url: '' })),
  })
}

/** A service without rules is missing. */
function errorRulesOf(services: Settings['services'], all: ErrorRules): RulesOfServices {
  const ruled = Object.entries(services).map(([name, { errors }]) => [name, { ...all, ...errors }] as const)
  return new Map(ruled.filter(([, rules]) => Object.keys(rules).length > 0))
}

/** @param url where it is, unless the settings say so */
function locatedAt(
  name: string,
  settings: ServiceSettings | undefined,
  url: string,
  forAll: readonly HeaderRule[],
): LocatedService {
  const addresses = settings?.addresses ?? [url]
  const rules = [...forAll, ...(settings?.headers ?? [])]
  const headers = rules.length > 0 ? rules : undefined
  if (settings?.kind === 'stateless') return { definition: stateless(name, { ...own(settings), headers }), addresses }
  return { definition: stateful(name, { ...(settings && own(settings)), headers }), addresses }
}

/** Without what is no property of the kind. */
function own<Service extends ServiceSettings>(settings: Service): Omit<Service, 'addresses' | 'errors'> {
  const { addresses: _addresses, errors: _errors, ...rest } = settings
  return rest
}
