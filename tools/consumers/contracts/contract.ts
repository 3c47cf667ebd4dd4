/** Reads consumer contracts: a client's operation, and the answer that it needs. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { type DocumentNode, GraphQLError, getOperationAST, OperationTypeNode, parse } from 'graphql'
import { z } from 'zod'
import { StartRefused } from '../../../platform/process/settings.ts'
import { expectationFaults } from './matchers.ts'
import { inWords } from './words.ts'

export interface Contract {
  /** Path relative to the current directory. */
  readonly file: string
  readonly client: string
  readonly version: string | undefined
  readonly operationName: string
  readonly document: DocumentNode
  readonly text: string
  readonly variables: Readonly<Record<string, unknown>>
  /** The demo caller; undefined: signed out. */
  readonly caller: string | undefined
  readonly acceptLanguage: string | undefined
  /** The expected `data`; for a subscription, that of its first event. */
  readonly answer: unknown
  /** The trigger of a subscription's event. */
  readonly trigger: Trigger | undefined
  /** Keys of other services' objects, by type. */
  readonly given: Given
}

/** A mutation by the same caller. */
interface Trigger {
  readonly text: string
  readonly document: DocumentNode
  readonly variables: Readonly<Record<string, unknown>>
}

type Given = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>

const ENDING = '.contract.json'
/** A file beside the contracts that applies to its folder and all folders in it. */
const GIVEN = 'given.json'

const members = z.record(z.string(), z.unknown())
const given = z.record(
  z.string(),
  z.union([members.transform((one) => [one]), z.array(members).min(1)], {
    error: 'must be an object or a list of objects',
  }),
)
const contractSchema = z.strictObject({
  client: z.string().min(1),
  version: z.string().optional(),
  /** The text, or the file that has it. */
  operation: z.string().optional(),
  operationFile: z.string().optional(),
  variables: members.default({}),
  as: z.string().optional(),
  acceptLanguage: z.string().optional(),
  given: given.default({}),
  trigger: z.strictObject({ operation: z.string(), variables: members.default({}) }).optional(),
  answer: members,
})

/** @param paths files and folders @throws StartRefused naming every fault */
export async function readContracts(paths: readonly string[]): Promise<readonly Contract[]> {
  const found = (await Promise.all(paths.map(find))).flat()
  if (found.length === 0) throw new StartRefused(`There is no *${ENDING} in ${paths.join(', ')}.`)
  const roots = new Map(found)
  const results = await Promise.allSettled([...roots].sort().map(([path, root]) => read(path, root)))
  const faults = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
  const unforeseen = faults.find((fault) => !(fault instanceof StartRefused))
  if (unforeseen) throw unforeseen
  if (faults.length > 0) throw new StartRefused(faults.map(({ message }: Error) => message).join('\n'))
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
}

/** Finds contract files in files and folders. */
export const contractFiles = async (paths: readonly string[]): Promise<readonly string[]> =>
  (await Promise.all(paths.map(find))).flat().map(([file]) => file)

/** Returns each file with the folder that was searched. */
async function find(path: string): Promise<(readonly [file: string, root: string])[]> {
  const found = await stat(path).catch(() => undefined)
  if (!found) throw new StartRefused(`${path} does not exist.`)
  if (!found.isDirectory()) return [[path, dirname(path)]]
  const names = await readdir(path, { recursive: true })
  return names.filter((name) => name.endsWith(ENDING)).map((name) => [join(path, name), path] as const)
}

async function read(path: string, root: string): Promise<Contract> {
  const file = relative(process.cwd(), path) || path
  const refuse = (faults: readonly string[]): never => {
    throw new StartRefused(faults.map((fault) => `${file}: ${fault}`).join('\n'))
  }
  const result = contractSchema.safeParse(await readJson(path, file), { error: inWords })
  if (!result.success)
    return refuse(
      result.error.issues.map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message)),
    )
  const { client, version, variables, as, acceptLanguage, answer, ...rest } = result.data
  const faults = expectationFaults(answer, 'answer')
  if (faults.length > 0) return refuse(faults)
  if ((rest.operation === undefined) === (rest.operationFile === undefined))
    return refuse(['must have one of operation and operationFile'])
  const text = rest.operation ?? (await readText(join(dirname(path), rest.operationFile ?? ''), file))
  const document = parsed(text, refuse)
  const operation = getOperationAST(document)
  if (!operation?.name) return refuse(['the operation must be one, and have a name'])
  const isFollowed = operation.operation === OperationTypeNode.SUBSCRIPTION
  const trigger = rest.trigger && readTrigger(rest.trigger, isFollowed, refuse)
  const operationName = operation.name.value
  const around = await readAround(dirname(path), root)
  const caller = as
  return {
    file,
    client,
    version,
    operationName,
    document,
    text,
    variables,
    caller,
    acceptLanguage,
    answer,
    trigger,
    given: { ...around, ...rest.given },
  }
}

function readTrigger(
  { operation: text, variables }: { readonly operation: string; readonly variables: Trigger['variables'] },
  isFollowed: boolean,
  refuse: (faults: readonly string[]) => never,
): Trigger {
  const document = parsed(text, refuse)
  const isMutation = getOperationAST(document)?.operation === OperationTypeNode.MUTATION
  if (!isFollowed || !isMutation) return refuse(['trigger: must be one mutation, beside a subscription'])
  return { text, document, variables }
}

const readText = (path: string, file: string): Promise<string> =>
  readFile(path, 'utf8').catch(() => {
    throw new StartRefused(`${file}: ${path} cannot be read.`)
  })

async function readJson(path: string, file: string): Promise<unknown> {
  try {
    return JSON.parse(await readText(path, file))
  } catch (error) {
    if (error instanceof SyntaxError) throw new StartRefused(`${file}: is not JSON (${error.message})`)
    throw error
  }
}

/**
 * Reads the `given.json` of the folder and its parents, up to the root; the nearest takes
 * precedence.
 */
async function readAround(folder: string, root: string): Promise<Given> {
  const path = join(folder, GIVEN)
  const here = (await stat(path).catch(() => undefined)) ? readGiven(await readJson(path, path), path) : {}
  const isInside = resolve(folder) !== resolve(root) && resolve(folder).startsWith(resolve(root))
  return isInside ? { ...(await readAround(dirname(folder), root)), ...here } : here
}

function readGiven(value: unknown, path: string): Given {
  const { data, error } = given.safeParse(value, { error: inWords })
  if (data) return data
  throw new StartRefused(error.issues.map((issue) => `${path}: ${issue.path.join('.')}: ${issue.message}`).join('\n'))
}

function parsed(text: string, refuse: (faults: readonly string[]) => never): DocumentNode {
  try {
    return parse(text, { noLocation: true })
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error
    const { line, column } = error.locations?.[0] ?? { line: 1, column: 1 }
    return refuse([`the operation is no GraphQL (${line}:${column} ${error.message})`])
  }
}
