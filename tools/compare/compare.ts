/** Sends each query to both gateways, and reports differences. Sends only queries. */
import { basename } from 'node:path'
import { Kind, OperationTypeNode, parse, print } from 'graphql'
import { operationsOf, type Unreadable, type WrittenOperation } from '../../gateway/contract/sources/operation-files.ts'
import { type Difference, differencesOf, isAway } from './differences.ts'
import type { Answered, Asked, ComparedGateway } from './gateways.ts'
import type { RecordedQuery } from './recorded.ts'

export type Verdict = 'equal' | 'by design' | 'unstable' | 'differs' | 'skipped' | 'not asked'

export interface Compared {
  readonly name: string
  readonly file: string | undefined
  readonly verdict: Verdict
  /** Why it was not sent, or the obstacle. */
  readonly why?: string
  /** The recorded text, if no file has the query. */
  readonly text?: string
  readonly differences: readonly Difference[]
  /** Requests to services in all. */
  readonly calls?: { readonly ours: number; readonly stock: number }
}

interface Gateways {
  readonly ours: ComparedGateway
  readonly stock: ComparedGateway
}

export interface Given {
  readonly operations: readonly WrittenOperation[]
  /** Files that are not GraphQL. */
  readonly unreadable: readonly Unreadable[]
  /** Recorded queries: others are left out. */
  readonly recorded?: readonly RecordedQuery[]
  /** Keyed by the name of the operation, or by its recorded id. */
  readonly variables: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

/** Runs the queries one after the other, so that services get the same calls in the same order. */
export async function compareAll(
  gateways: Gateways,
  { operations: all, unreadable, recorded, variables }: Given,
): Promise<readonly Compared[]> {
  const sent = new Set(recorded?.map(({ name }) => name))
  const operations = recorded ? all.filter(({ name }) => name !== undefined && sent.has(name)) : all
  const compared = unreadable.map(
    ({ message, place }): Compared => ({
      name: `${basename(place.file)}:${place.line}`,
      file: place.file,
      verdict: 'not asked',
      why: message,
      differences: [],
    }),
  )
  for (const operation of operations) {
    const values = { ...operation.variables, ...(operation.name === undefined ? {} : variables[operation.name]) }
    compared.push({ ...nameOf(operation), ...(await compareOne(gateways, operation, values)) })
  }
  const written = new Set(operations.map(({ name }) => name))
  for (const query of recorded ?? [])
    if (query.name === undefined || !written.has(query.name))
      compared.push(await compareRecorded(gateways, query, variables))
  return compared
}

/** Compares recorded queries that no file has. */
async function compareRecorded(
  gateways: Gateways,
  { id, name, requests, text }: RecordedQuery,
  variables: Given['variables'],
): Promise<Compared> {
  const shown = { name: name ?? id, file: undefined }
  const [operation] = text === undefined ? [] : operationsOf(parse(text))
  if (!operation || text === undefined) {
    const why = `${requests} requests are recorded without their text, and no file of --operations has it`
    return { ...shown, verdict: 'not asked', why, differences: [] }
  }
  const values = { ...(name === undefined ? {} : variables[name]), ...variables[id] }
  return { ...shown, text, ...(await compareOne(gateways, operation, values)) }
}

const nameOf = ({ name, place }: WrittenOperation) => ({ name: name ?? '(no name)', file: place?.file })

async function compareOne(
  gateways: Gateways,
  { definition, document, name }: WrittenOperation,
  variables: Readonly<Record<string, unknown>>,
): Promise<Omit<Compared, 'name' | 'file' | 'text'>> {
  if (definition.operation !== OperationTypeNode.QUERY)
    return { verdict: 'skipped', why: `it is a ${definition.operation}: only queries are run`, differences: [] }
  const missing = definition.variableDefinitions?.filter(
    ({ variable, type, defaultValue }) =>
      type.kind === Kind.NON_NULL_TYPE && !defaultValue && variables[variable.name.value] === undefined,
  )
  if (missing && missing.length > 0) {
    const names = missing.map(({ variable }) => `$${variable.name.value}`).join(', ')
    return { verdict: 'not asked', why: `--variables gives no ${names}`, differences: [] }
  }
  const known = new Set(definition.variableDefinitions?.map(({ variable }) => variable.name.value))
  const given = Object.fromEntries(Object.entries(variables).filter(([key]) => known.has(key)))
  return compareAnswers(gateways, { query: print(document), operationName: name, variables: given })
}

async function compareAnswers(
  { ours, stock }: Gateways,
  asked: Asked,
): Promise<Omit<Compared, 'name' | 'file' | 'text'>> {
  const [own, other] = [await ours.ask(asked), await stock.ask(asked)]
  const differences = differencesOf(own, other)
  const told = {
    differences,
    calls: { ours: sum(own), stock: sum(other) },
    ...(own.errors.some(isAway) && { why: 'a service did not answer' }),
  }
  if (differences.length === 0) return { verdict: 'equal', ...told }
  if (differences.every(({ reason }) => reason !== undefined)) return { verdict: 'by design', ...told }
  // A value that changes between two identical runs is not a difference of the gateways.
  const again = [...(await changes(ours, asked, own)), ...(await changes(stock, asked, other))]
  const isStable = differences.some((one) => one.reason === undefined && !again.some((each) => isSame(one, each)))
  return { verdict: isStable ? 'differs' : 'unstable', ...told }
}

const changes = async (gateway: ComparedGateway, asked: Asked, before: Answered): Promise<readonly Difference[]> =>
  differencesOf(before, await gateway.ask(asked))

const isSame = (one: Difference, other: Difference): boolean => one.part === other.part && one.at === other.at

const sum = ({ calls }: Answered): number => [...calls.values()].reduce((all, count) => all + count, 0)
