/** Reads the base of the comparison: a Git revision, a supergraph, or a released public schema. */
import { readFile, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals'
import { buildSchema, GraphQLError } from 'graphql'
import { StartRefused } from '../../../platform/process/settings.ts'
import {
  type Composition,
  CompositionError,
  clientSchema,
  composeSchemas,
  isSameSchema,
  type ServiceSchema,
} from '../../composition/compose.ts'
import { printBuiltSchema } from '../../execution/plan/print-schema.ts'
import { readGraphs } from '../../supergraph/graphs.ts'
import { isComposedOf } from '../../supergraph/origin.ts'
import { defaultRevision, openRepository, type Repository } from './git.ts'

export interface Base {
  /** Its name in reports. */
  readonly name: string
  /** SDL of the public schema; `undefined` if there was none yet. */
  readonly schema: string | undefined
  /** Schemas of the services; `undefined` if only the public schema is known. */
  readonly services: readonly ServiceSchema[] | undefined
  /** The supergraph; `undefined` if only the public schema is known. */
  readonly supergraph: string | undefined
  /**
   * True if the services are read from the supergraph, which does not tell all of their schemas.
   */
  readonly isComposed: boolean
}

const NOTHING = { schema: undefined, services: undefined, supergraph: undefined, isComposed: false } as const

/** A current schema file, to be read from a revision. */
interface SchemaFile {
  readonly name: string
  readonly sdl: string
  /** Absolute path. */
  readonly path: string
}

interface BaseOptions {
  /** A revision or a file; without it the branch point. */
  readonly base: string | undefined
  /** The target branch of the change, if the CI service gives it. */
  readonly target: string | undefined
  readonly files: readonly SchemaFile[]
  /** The composition of these files; `undefined` if they do not compose. */
  readonly composition: Composition | undefined
  /** Absolute paths of the project's composed files, if its services take part. */
  readonly composed: { readonly supergraph: string; readonly schema: string } | undefined
  /** The schema file of a service of the project. */
  readonly fileOf: (service: string) => string
}

/** @throws StartRefused */
export async function readBase(options: BaseOptions): Promise<Base> {
  const { base, target, files, composed } = options
  const isFile =
    base !== undefined &&
    (await stat(base).then(
      (found) => found.isFile(),
      () => false,
    ))
  if (isFile) return readFileBase(base)
  const repository = createRepositories()
  const folder = dirname(composed?.schema ?? files[0]?.path ?? '.')
  const main = repository(folder)
  const commit = base === undefined ? undefined : await main.commit(base)
  if (base !== undefined && commit === undefined)
    throw new StartRefused(`--base ${base}: there is no such file, and no such Git revision.`)
  const revision = commit === undefined ? await defaultRevision(main, target) : { commit, name: `${base}` }
  if (!revision) return { name: 'nothing: there is no Git checkout', ...NOTHING }
  // A file of another repository has its own commits.
  const show = async (path: string): Promise<string | undefined> => {
    const own = repository(dirname(path))
    const shown = await own.show(revision.commit, basename(path))
    if (shown !== undefined || dirname(path) === folder) return shown
    const other = base === undefined ? (await defaultRevision(own, target))?.commit : await own.commit(base)
    return other === undefined ? undefined : own.show(other, basename(path))
  }
  return { name: revision.name, ...(await readRevision(show, options)) }
}

function createRepositories(): (folder: string) => Repository {
  const known = new Map<string, Repository>()
  return (folder) => {
    const found = known.get(folder) ?? openRepository(folder)
    known.set(folder, found)
    return found
  }
}

async function readRevision(
  show: (path: string) => Promise<string | undefined>,
  { files, composition, composed, fileOf }: BaseOptions,
): Promise<Omit<Base, 'name'>> {
  const supergraph = composed && (await show(composed.supergraph))
  const known = new Set(files.map(({ name }) => name))
  const gone = graphsOf(supergraph)
    .filter((name) => !known.has(name))
    .map((name) => ({ name, path: fileOf(name) }))
  const read = await Promise.all(
    // A draft of a project's service may be in any folder.
    [...files, ...gone].map(async ({ name, path }) => ({
      name,
      file: path,
      sdl: (await show(path)) ?? (composed && (await show(fileOf(name)))),
    })),
  )
  const services = read.flatMap(({ sdl, ...rest }) => (sdl === undefined ? [] : [{ ...rest, sdl }]))
  const committed = composed && (await show(composed.schema))
  if (services.length === 0) return { ...NOTHING, schema: committed }
  const isAsNow = (service: ServiceSchema): boolean => files.some((file) => isSameSchema(file, service))
  if (composition && services.length === files.length && services.every(isAsNow))
    return { ...composition, services, isComposed: false }
  // A released composition was checked for satisfiability already.
  const isReleased = isComposedOf(supergraph ?? '', new Map(services.map(({ name, sdl }) => [name, sdl])))
  try {
    return { ...composeSchemas(services, undefined, isReleased), services, isComposed: false }
  } catch (error) {
    if (!(error instanceof CompositionError)) throw error
    return { ...NOTHING, schema: committed, services }
  }
}

function graphsOf(supergraph: string | undefined): readonly string[] {
  try {
    return supergraph === undefined ? [] : readGraphs(supergraph).map(({ name }) => name)
  } catch {
    return []
  }
}

async function readFileBase(file: string): Promise<Base> {
  const text = await readFile(file, 'utf8')
  try {
    if (!/\bjoin__Graph\b/.test(text))
      return { ...NOTHING, name: file, schema: printBuiltSchema(buildSchema(text, { assumeValidSDL: true })) }
    return { name: file, schema: clientSchema(text), services: servicesIn(text), supergraph: text, isComposed: true }
  } catch (error) {
    const reason = error instanceof GraphQLError || error instanceof Error ? error.message : String(error)
    throw new StartRefused(`--base ${file}: is neither a public schema nor a supergraph. ${reason}`)
  }
}

/** The services' schemas as far as a supergraph contains them. */
export const servicesIn = (supergraph: string): readonly ServiceSchema[] =>
  Supergraph.build(supergraph, { supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, validateSupergraph: false })
    .subgraphs()
    .values()
    .map((subgraph) => ({ name: subgraph.name, sdl: subgraph.toString(), file: 'the supergraph' }))
