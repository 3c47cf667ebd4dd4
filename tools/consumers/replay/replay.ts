/** Replays contracts: against the product, and against each service alone. */
import { fillPlaceholders } from '../../../gateway/operations/placeholders.ts'
import type { Contract } from '../contracts/contract.ts'
import { differences } from '../contracts/matchers.ts'
import { askGateway, askService, type Question, type Reply } from './ask.ts'
import type { CallPlanner, ServiceCall } from './calls.ts'

/** What came of one contract with one party. */
export interface Outcome {
  readonly contract: Contract
  /** `schema`, `product`, or the service that was asked alone. */
  readonly party: string
  /** One line each; empty where the contract holds. */
  readonly problems: readonly string[]
}

export interface Product {
  readonly url: string
  authorization(caller: string): Promise<string>
}

interface AloneService {
  readonly name: string
  readonly kind: 'stateful' | 'stateless'
  readonly url: string
  readonly secret: string
}

/**
 * With the schema alone: nobody is asked. @param culprit whose schema has changed, if it is known
 */
export const checkSchema = (
  contracts: readonly Contract[],
  planner: CallPlanner,
  culprit = 'schema',
): readonly Outcome[] =>
  contracts.map((contract) => {
    const problems = planner.faults(contract).map((fault) => `the schema no longer knows it: ${fault}`)
    return { contract, party: problems.length > 0 ? culprit : 'schema', problems }
  })

export async function replayOnProduct(contract: Contract, product: Product): Promise<Outcome> {
  const { text, operationName, variables } = contract
  const question = { query: text, operationName, variables: fillPlaceholders(variables) }
  const problems = await problemsOf(async () => {
    const { data, errors } = await askGateway(product.url, { ...question, ...(await callerOf(contract, product)) })
    return [...told(errors), ...(data === undefined ? [] : differences(contract.answer, data, ''))]
  })
  return { contract, party: 'product', problems }
}

/** `undefined` where the operation does not need the service. */
export async function replayOnService(
  contract: Contract,
  service: AloneService,
  planner: CallPlanner,
  { authorization }: Pick<Product, 'authorization'>,
): Promise<Outcome | undefined> {
  const filled = { ...contract, variables: fillPlaceholders(contract.variables) }
  const calls = planner.calls(filled).filter((call) => call.service === service.name)
  if (calls.length === 0) return undefined
  const caller = await callerOf(contract, { authorization })
  const problems: string[] = []
  for (const call of calls) problems.push(...(await problemsOf(() => replayCall(call, service, caller))))
  return { contract, party: service.name, problems: [...new Set(problems)] }
}

async function replayCall(call: ServiceCall, service: AloneService, caller: Caller): Promise<readonly string[]> {
  const { query, variables, expected, isOfEntities, lacks } = call
  if (lacks.length > 0) return [`\`given\` must tell ${lacks.join(' and ')}, which other services know`]
  if (expected.length === 0) return []
  const question = { query, variables, ...caller }
  const { data, errors } = await askService(service.url, service.secret, service.kind === 'stateful', question)
  const problems = told(errors)
  if (data === undefined || data === null) return problems.length > 0 ? problems : ['answered no data']
  const entities = isOfEntities ? ((data as { readonly _entities?: readonly unknown[] })._entities ?? []) : [data]
  return [
    ...problems,
    ...expected.flatMap(({ path, value, wanted }, at) => differences(value, entities[at] ?? null, path, wanted)),
  ]
}

type Caller = Pick<Question, 'authorization' | 'acceptLanguage'>

const callerOf = async (
  { caller, acceptLanguage }: Contract,
  { authorization }: Pick<Product, 'authorization'>,
): Promise<Caller> => ({
  acceptLanguage,
  authorization: caller === undefined ? undefined : await authorization(caller),
})

const told = (errors: Reply['errors']): readonly string[] =>
  (errors ?? []).map(({ message, path }) => `${path ? `${path.join('.')}: ` : ''}${message}`)

async function problemsOf(ask: () => Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await ask()
  } catch (error) {
    return [`cannot be asked (${(error as Error).message})`]
  }
}
