/**
 * Operations of clients: `.graphql` files, templates in source files and manifests of persisted
 * operations. Fragments may be in other files of the same folder.
 */
import { readdir, readFile, stat } from 'node:fs/promises'
import { extname, join, relative } from 'node:path'
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  isExecutableDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  Source,
  visit,
} from 'graphql'
import { StartRefused } from '../../../platform/process/settings.ts'
import { type Place, placeOf } from '../../composition/remark.ts'
import { readManifest } from '../../persisted/manifest.ts'

/** One operation with the fragments that it spreads. */
export interface WrittenOperation {
  readonly name: string | undefined
  readonly place: Place | undefined
  readonly definition: OperationDefinitionNode
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  readonly document: DocumentNode
  /** The only client that may run it, by its manifest. */
  readonly client: string | undefined
  /** Variables from the `.json` file beside it. */
  readonly variables: Readonly<Record<string, unknown>>
}

/** A file that is not GraphQL. */
export interface Unreadable {
  readonly message: string
  readonly place: Place
}

export interface WrittenOperations {
  readonly operations: readonly WrittenOperation[]
  readonly unreadable: readonly Unreadable[]
}

interface Text {
  readonly source: Source
  readonly client: string | undefined
  readonly variables: Readonly<Record<string, unknown>>
}

const DOCUMENTS = new Set(['.graphql', '.gql'])
const SOURCES = new Set(['.ts', '.tsx', '.mts', '.js', '.jsx', '.mjs', '.vue', '.svelte'])
/** Folders of generated code, which repeats operations and has examples in comments. */
const GENERATED = ['generated', '__generated__', 'dist', 'build']
const SKIPPED = new Set([...GENERATED, 'node_modules', '.git', '.data'])

/**
 * @param path a folder, which is searched, a file of operations, or a manifest
 * @param client of the operations, unless the path says so
 * @throws StartRefused
 */
export async function readOperations(path: string, client?: string): Promise<WrittenOperations> {
  const found = await stat(path).catch(() => undefined)
  if (!found) throw new StartRefused(`${path}: there is no such file or folder.`)
  const files = found.isDirectory() ? await filesIn(path) : [path]
  const texts = (await Promise.all(files.map((file) => textsOf(file, !found.isDirectory(), client)))).flat()
  const unreadable: Unreadable[] = []
  const documents = texts.flatMap((text) => {
    try {
      const document = parse(text.source)
      return document.definitions.every(isExecutableDefinitionNode) ? [{ ...text, document }] : []
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error
      const { line, column } = error.locations?.[0] ?? { line: 1, column: 1 }
      const { locationOffset, name: file } = text.source
      unreadable.push({ message: error.message, place: { file, line: line + locationOffset.line - 1, column } })
      return []
    }
  })
  const shared = documents.flatMap(({ document }) => fragmentsIn(document))
  return { operations: documents.flatMap((text) => operationsOf(text.document, shared, text)), unreadable }
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const nested = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : filesIn(path)
      const kind = extname(entry.name)
      return DOCUMENTS.has(kind) || SOURCES.has(kind) || kind === '.json' ? [path] : []
    }),
  )
  return nested.flat().sort()
}

/** @param isNamed accepts a manifest of any format, not only one that names its format */
async function textsOf(file: string, isNamed: boolean, client: string | undefined): Promise<readonly Text[]> {
  const shown = nameOf(file)
  const kind = extname(file)
  if (kind === '.json') return manifestTexts(file, isNamed, client)
  const text = await readFile(file, 'utf8')
  if (SOURCES.has(kind)) return templates(text, shown).map((source) => ({ source, client, variables: {} }))
  if (text.trim() === '') return []
  const variables = await readFile(file.replace(/\.\w+$/, '.json'), 'utf8').then(parseVariables, () => ({}))
  return [{ source: new Source(text, shown), client, variables }]
}

async function manifestTexts(file: string, isNamed: boolean, client: string | undefined): Promise<readonly Text[]> {
  if (!isNamed && !(await readFile(file, 'utf8')).includes('apollo-persisted-query-manifest')) return []
  const listed = await readManifest(file).catch((error: Error) => {
    throw new StartRefused(`${file}: ${error.message}.`)
  })
  return listed.map((one) => ({
    source: new Source(one.text, nameOf(file)),
    client: one.client ?? client,
    variables: {},
  }))
}

function parseVariables(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

/** gql`…`, graphql(`…`), and a template after the comment GraphQL. */
const TEMPLATE =
  /(?:(?<![.\w])(?:gql|graphql)(?:<[^>`]*>)?(?:\(\s*)?(?:\/\*\s*GraphQL\s*\*\/\s*)?|\/\*\s*GraphQL\s*\*\/\s*)`([^`]*)`/g

/** How a document begins, after comments. */
const DOCUMENT = /^(?:\s|#.*\n)*(?:\{|(?:query|mutation|subscription|fragment)\b)/

/** The templates of a source file, with their lines. Interpolations may only be fragments. */
function templates(text: string, file: string): readonly Source[] {
  return [...text.matchAll(TEMPLATE)].flatMap((match) => {
    const body = (match[1] ?? '').replace(/\$\{[^}]*\}/g, '')
    // Other templates may look alike.
    if (!DOCUMENT.test(body)) return []
    const before = text.slice(0, match.index + match[0].indexOf('`') + 1)
    return [new Source(body, file, { line: before.split('\n').length, column: 1 })]
  })
}

/** The path relative to the current directory, if it is below. */
export function nameOf(file: string): string {
  const path = relative(process.cwd(), file)
  return path.startsWith('..') ? file : path
}

const fragmentsIn = ({ definitions }: DocumentNode): readonly FragmentDefinitionNode[] =>
  definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION)

/** Operations of a document. @param shared fragments of other documents */
export function operationsOf(
  document: DocumentNode,
  shared: readonly FragmentDefinitionNode[] = [],
  { client, variables = {} }: Partial<Pick<Text, 'client' | 'variables'>> = {},
): readonly WrittenOperation[] {
  const known = new Map([...shared, ...fragmentsIn(document)].map((one) => [one.name.value, one]))
  const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION)
  return operations.map((definition) => {
    const fragments = spreadBy(definition, known)
    return {
      name: definition.name?.value,
      place: placeOf(definition),
      definition,
      fragments,
      document: { kind: Kind.DOCUMENT, definitions: [definition, ...fragments.values()] },
      client,
      variables,
    }
  })
}

/** Fragments that an operation spreads, directly or indirectly. */
function spreadBy(
  operation: OperationDefinitionNode,
  known: ReadonlyMap<string, FragmentDefinitionNode>,
): ReadonlyMap<string, FragmentDefinitionNode> {
  const found = new Map<string, FragmentDefinitionNode>()
  const look = (node: OperationDefinitionNode | FragmentDefinitionNode): void => {
    visit(node, {
      FragmentSpread({ name }) {
        const fragment = known.get(name.value)
        if (!fragment || found.has(name.value)) return
        found.set(name.value, fragment)
        look(fragment)
      },
    })
  }
  look(operation)
  return found
}
