/** Random operations of a universe, with the answers of its services. */
import { type DocumentNode, type GraphQLSchema, isEnumType, isObjectType, parse, validate } from 'graphql'
import type { Denied } from '../../../../gateway/execution/plan/access.ts'
import type { ServiceCall } from '../../../../gateway/traffic/call/send.ts'
import { callContext } from '../../../support/call-context.ts'
import { randomQuery } from '../random-query.ts'
import { randomlyDenied } from './denied.ts'
import { createDice } from './dice.ts'
import { type ExactOperation, openExactPath } from './exact-path.ts'
import { type Federation, federate } from './federation.ts'
import { servicesOf, type Universe } from './universe.ts'

export interface RandomOperation {
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
  readonly document: DocumentNode
  /** What its caller may not see. */
  readonly denied: Denied | undefined
  readonly exact: ExactOperation
  /** The service's answer. The same call always has the same answer. */
  answerTo(call: Pick<ServiceCall, 'service' | 'body' | 'context' | 'operation'>): Promise<Buffer>
}

export interface Subscription extends RandomOperation {
  /** The event that its service sends. */
  readonly event: Buffer
}

export interface RandomOperations {
  readonly federation: Federation
  readonly plain: GraphQLSchema
  /** Names of object types. */
  readonly typenames: readonly string[]
  /** Names of all types and all enum values. */
  readonly words: ReadonlySet<string>
  /** Queries and mutations. */
  readonly operations: readonly RandomOperation[]
  readonly subscriptions: readonly Subscription[]
  close(): Promise<void>
}

const CHOICES = 300 // random choices that make one query
const MAX_KEPT = 2_000 // answers of one operation

/** @param denies denies some fields to the callers of every other operation */
export async function openOperations(
  universe: Universe,
  count: number,
  seed: number,
  denies = false,
): Promise<RandomOperations> {
  const federation = await federate(servicesOf(universe))
  const path = await openExactPath(federation.supergraph, federation.engine.schema)
  const plain = federation.plain
  const dice = createDice(seed)
  const operations: RandomOperation[] = []
  const texts = new Set<string>()
  for (let tries = 0; operations.length < count && tries < 20 * count; tries++) {
    const choices = Array.from({ length: CHOICES }, () => dice.below(1 << 16))
    const { query, variables } = randomQuery(plain, choices)
    if (texts.has(query)) continue
    texts.add(query)
    const document = parse(query)
    if (validate(plain, document).length > 0) continue
    // Some cannot be planned; others call no service.
    const denied = denies && operations.length % 2 === 1 ? randomlyDenied(plain, seed + tries) : undefined
    const exact = await path.open(query, variables, denied).catch(() => undefined)
    if (!exact || exact.fetches.length === 0) continue
    operations.push({ query, variables, document, denied, exact, answerTo: answering(federation, universe) })
  }
  const subscriptions: Subscription[] = []
  for (const query of universe.subscriptions ?? []) {
    const exact = await path.open(query, {})
    const answerTo = answering(federation, universe)
    const event = await eventOf(exact, answerTo)
    subscriptions.push({ query, variables: {}, document: parse(query), denied: undefined, exact, event, answerTo })
  }
  const types = Object.values(plain.getTypeMap()).filter(({ name }) => !name.startsWith('__'))
  return {
    federation,
    plain,
    typenames: types.filter(isObjectType).map(({ name }) => name),
    words: new Set(
      types.flatMap((type) => [type.name, ...(isEnumType(type) ? type.getValues().map(({ name }) => name) : [])]),
    ),
    operations,
    subscriptions,
    close: () => Promise.all([federation.close(), path.close()]).then(() => undefined),
  }
}

/** Runs the subscription's field as a query. */
async function eventOf({ fetches: [events] }: ExactOperation, answerTo: RandomOperation['answerTo']): Promise<Buffer> {
  if (!events) throw new Error('A subscription has no events.')
  const { serviceName: service, operation } = events.node
  const bytes = Buffer.from(JSON.stringify({ query: operation.replace('subscription', 'query'), variables: {} }))
  return answerTo({ service, body: { bytes, representations: undefined }, context: callContext, operation: 'query' })
}

function answering({ sendIn }: Federation, universe: Universe): RandomOperation['answerTo'] {
  const send = sendIn(universe.createWorld())
  const kept = new Map<string, Buffer>()
  return async (call) => {
    const key = `${call.service} ${call.body.bytes.toString('latin1')}`
    const known = kept.get(key)
    if (known) return known
    const { body } = await send({ ...call, read: undefined })
    if (kept.size < MAX_KEPT) kept.set(key, body)
    return body
  }
}
