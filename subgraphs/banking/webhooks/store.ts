/**
 * Endpoints and deliveries in the database. Each write may be made again without a second effect.
 * Times to wait for are by the database's clock, with which every instance compares them.
 */
import type { Prisma, PrismaClient } from '../../../prisma/generated/client.ts'
import type { Collection } from '../ledger/collection.ts'
import { byId } from '../request/load.ts'
import { MAX_ENDPOINTS, type NewEndpoint } from './commands.ts'

export type Endpoint = Prisma.WebhookEndpointGetPayload<object>
export type Delivery = Prisma.WebhookDeliveryGetPayload<object>

/**
 * A customer's endpoints that were not removed, in the order they came; another customer's look
 * like none.
 */
export const readEndpoints = (database: PrismaClient, customerId: string): Promise<Endpoint[]> =>
  database.webhookEndpoint.findMany({
    where: { customerId, removedAt: null },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    take: MAX_ENDPOINTS,
  })

/** By id, a UUID; includes removed ones. */
export const endpointById = byId((database, ids) => database.webhookEndpoint.findMany({ where: { id: { in: ids } } }))

/** The ids of the endpoints that each of `customers` has in use. */
async function loadEndpoints(
  database: Prisma.TransactionClient,
  customers: readonly string[],
): Promise<Map<string, Set<string>>> {
  const rows = await database.webhookEndpoint.findMany({
    where: { customerId: { in: [...customers] }, removedAt: null },
    select: { id: true, customerId: true },
  })
  const byCustomer = Map.groupBy(rows, ({ customerId }) => customerId)
  return new Map([...byCustomer].map(([customer, own]) => [customer, new Set(own.map(({ id }) => id))]))
}

/** Each endpoint gets every event after its place in the ledger. */
async function saveEndpoints(database: Prisma.TransactionClient, endpoints: readonly NewEndpoint[]): Promise<void> {
  await database.webhookEndpoint.createMany({
    data: endpoints.map(({ id, customer, url, afterSequence }) => ({ id, customerId: customer, url, afterSequence })),
  })
}

/** Keyed by customer. */
export const endpointsInUse: Collection<Set<string>> = { load: loadEndpoints }

export const newEndpoints: Collection<NewEndpoint> = { save: saveEndpoints }

interface DeliveryKey {
  readonly endpoint: string
  readonly sequence: string
}

export const deliveryId = ({ endpoint, sequence }: DeliveryKey): string => `${endpoint} ${sequence}`

/** The deliveries that exist among `keys`. */
async function loadDeliveries(
  database: Prisma.TransactionClient,
  keys: readonly DeliveryKey[],
): Promise<Map<string, DeliveryKey>> {
  const rows = await database.webhookDelivery.findMany({
    where: { OR: keys.map(({ endpoint, sequence }) => ({ endpointId: endpoint, sequence: BigInt(sequence) })) },
    select: { endpointId: true, sequence: true },
  })
  const found = rows.map((row) => ({ endpoint: row.endpointId, sequence: `${row.sequence}` }))
  return new Map(found.map((delivery) => [deliveryId(delivery), delivery]))
}

export const deliveries: Collection<DeliveryKey, DeliveryKey> = { load: loadDeliveries }

/** Sends nothing more; pending deliveries are dead. */
export async function removeEndpoint(database: PrismaClient, id: string): Promise<void> {
  await database.$transaction([
    database.webhookEndpoint.updateMany({ where: { id, removedAt: null }, data: { removedAt: new Date() } }),
    database.webhookDelivery.updateMany({
      where: { endpointId: id, status: 'PENDING' },
      data: { status: 'DEAD', nextAttemptAt: null, lastError: 'webhook removed' },
    }),
  ])
}

/**
 * Makes a dead delivery due at once, with all its attempts, even if its endpoint is paused. Locks
 * the endpoint first, as its removal does: the two cannot deadlock, and the later one sees what the
 * earlier one wrote.
 */
export async function reviveDelivery(database: PrismaClient, endpointId: string, sequence: bigint): Promise<void> {
  await database.$transaction([
    database.webhookEndpoint.updateMany({ where: { id: endpointId }, data: { pausedUntil: null } }),
    database.$executeRaw`
      UPDATE webhook_deliveries SET status = 'PENDING', attempts = 0, next_attempt_at = now()
      FROM webhook_endpoints e
      WHERE endpoint_id = ${endpointId}::uuid AND sequence = ${sequence} AND status = 'DEAD'
        AND e.id = endpoint_id AND e.removed_at IS NULL`,
  ])
}

/** Pauses an endpoint. Attempts that fail together count as one. @param pause milliseconds */
export async function pauseEndpoint(database: PrismaClient, id: string, pause: number): Promise<void> {
  await database.$executeRaw`
    UPDATE webhook_endpoints
    SET failures = failures + 1, paused_until = now() + ${pause}::integer * interval '1 millisecond'
    WHERE id = ${id}::uuid AND (paused_until IS NULL OR paused_until <= now())`
}

/** Resumes deliveries to an endpoint that answers again. */
export async function unpauseEndpoint(database: PrismaClient, id: string): Promise<void> {
  await database.webhookEndpoint.updateMany({ where: { id }, data: { failures: 0, pausedUntil: null } })
}

/** An attempt, and what became of it. */
interface Attempted {
  readonly endpointId: string
  readonly sequence: bigint
  /** Attempts, with this one. */
  readonly attempts: number
  readonly outcome: Delivery['status']
  /** Null without an answer. */
  readonly status: number | null
  /** Null if it was delivered. */
  readonly error: string | null
  /** Milliseconds until the next attempt; undefined if there is none. */
  readonly pause: number | undefined
}

/**
 * Writes the outcome of an attempt, unless its claim has expired and may belong to another
 * instance, or the removal of its endpoint has ended it.
 */
export async function saveAttempt(database: PrismaClient, attempted: Attempted): Promise<void> {
  const { endpointId, sequence, attempts, outcome, status, error, pause = null } = attempted
  await database.$executeRaw`
    UPDATE webhook_deliveries
    SET status = ${outcome}::delivery_status, last_status = ${status}::integer, last_error = ${error},
      last_attempt_at = now(), next_attempt_at = now() + ${pause}::integer * interval '1 millisecond'
    WHERE endpoint_id = ${endpointId}::uuid AND sequence = ${sequence} AND attempts = ${attempts} AND status = 'PENDING'`
}

interface DeliveryPageKey {
  readonly endpointId: string
  /** Null: in any. */
  readonly status: Delivery['status'] | null
  readonly limit: number
  /** Events before this sequence. */
  readonly below: bigint | undefined
  /** Events after this sequence. */
  readonly above: bigint | undefined
  /** The oldest first. */
  readonly backwards: boolean
}

export const readDeliveries = (
  database: PrismaClient,
  { endpointId, status, limit, below, above, backwards }: DeliveryPageKey,
): Promise<Delivery[]> =>
  database.webhookDelivery.findMany({
    where: {
      endpointId,
      ...(status === null ? {} : { status }),
      sequence: { ...(below !== undefined && { lt: below }), ...(above !== undefined && { gt: above }) },
    },
    orderBy: { sequence: backwards ? 'asc' : 'desc' },
    take: limit,
  })
