/** Replays contracts: against the product, and against each service alone. */
import { getOperationAST, OperationTypeNode } from 'graphql'
import { fillPlaceholders } from '../../../gateway/operations/placeholders.ts'
import type { Contract } from '../contracts/contract.ts'
import { differences } from '../contracts/matchers.ts'
import { ask, firstEvent, gatewayAt, type Question, type Reply, serviceAt, type Target } from './ask.ts'
import type { CallPlanner, ServiceCall } from './calls.ts'

/** The outcome of one contract with one party. */
export interface Outcome {
  readonly contract: Contract
  /** `schema`, `product`, or the service that was asked alone. */
  readonly party: string
  /** One line each; empty if the contract holds. */
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
 * Checks with the schema only, without calls. @param culprit the service whose schema has changed,
 * if known
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
  const { text, operationName, variables, trigger } = contract
  const question = { query: text, operationName, variables: fillPlaceholders(variables) }
  const target = gatewayAt(product.url)
  const problems = await problemsOf(async () => {
    const caller = await callerOf(contract, product)
    const asked = { ...question, ...caller }
    const happen =
      trigger && (() => ask(target, { query: trigger.text, variables: fillPlaceholders(trigger.variables), ...caller }))
    const { data, errors } = await (isFollowed(contract) ? firstEvent(target, asked, happen) : ask(target, asked))
    return [...told(errors), ...(data === undefined ? [] : differences(contract.answer, data, ''))]
  })
  return { contract, party: 'product', problems }
}

/** `undefined` if the operation does not need the service. */
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
  const target = serviceAt(service.url, service.secret, service.kind === 'stateful')
  for (const call of calls) {
    const happen = call.isOfEvents ? triggerAt(target, contract, service, planner, caller) : undefined
    // No event can be triggered here.
    if (call.isOfEvents && contract.trigger && !happen) continue
    problems.push(...(await problemsOf(() => replayCall(call, target, caller, happen))))
  }
  return { contract, party: service.name, problems: [...new Set(problems)] }
}

/** `undefined` if the trigger belongs to another service. */
function triggerAt(
  target: Target,
  contract: Contract,
  service: AloneService,
  planner: CallPlanner,
  caller: Caller,
): (() => Promise<Reply>) | undefined {
  const { trigger } = contract
  const callOfTrigger = () =>
    trigger &&
    planner
      .calls({ ...contract, document: trigger.document, variables: fillPlaceholders(trigger.variables) })
      .find((call) => call.service === service.name && !call.isOfEntities)
  if (!callOfTrigger()) return undefined
  return async () => {
    const { query = '', variables = {} } = callOfTrigger() ?? {}
    return ask(target, { query, variables, ...caller })
  }
}

async function replayCall(
  call: ServiceCall,
  target: Target,
  caller: Caller,
  happen: (() => Promise<Reply>) | undefined,
): Promise<readonly string[]> {
  const { query, variables, expected, isOfEntities, isOfEvents, lacks } = call
  if (lacks.length > 0) return [`\`given\` must tell ${lacks.join(' and ')}, which other services know`]
  if (expected.length === 0) return []
  const question = { query, variables, ...caller }
  const { data, errors } = await (isOfEvents ? firstEvent(target, question, happen) : ask(target, question))
  const problems = told(errors)
  if (data === undefined || data === null) return problems.length > 0 ? problems : ['answered no data']
  const entities = isOfEntities ? ((data as { readonly _entities?: readonly unknown[] })._entities ?? []) : [data]
  return [
    ...problems,
    ...expected.flatMap(({ path, value, wanted }, at) => differences(value, entities[at] ?? null, path, wanted)),
  ]
}

const isFollowed = ({ document }: Contract): boolean =>
  getOperationAST(document)?.operation === OperationTypeNode.SUBSCRIPTION

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
