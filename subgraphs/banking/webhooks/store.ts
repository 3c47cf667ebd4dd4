/** Endpoints and deliveries in the database. Each write may be made again without a second effect. */
import type { Prisma, PrismaClient } from '../../../prisma/generated/client.ts'

export type Endpoint = Prisma.WebhookEndpointGetPayload<object>
export type Delivery = Prisma.WebhookDeliveryGetPayload<object>

/** How many a customer may have at a time. */
export const MAX_ENDPOINTS = 10

/** A customer's endpoints that were not removed, in the order they came; another customer's look like none. */
export const readEndpoints = (database: PrismaClient, customerId: string): Promise<Endpoint[]> =>
  database.webhookEndpoint.findMany({
    where: { customerId, removedAt: null },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    take: MAX_ENDPOINTS,
  })

/** Told of every event that commits from now on. */
export async function addEndpoint(
  database: PrismaClient,
  { id, customerId, url }: { id: string; customerId: string; url: string },
): Promise<void> {
  await database.$executeRaw`
    INSERT INTO webhook_endpoints (id, customer_id, url, after_sequence)
    SELECT ${id}::uuid, ${customerId}, ${url}, last_sequence FROM ledger WHERE id = 1
    ON CONFLICT (id) DO NOTHING`
}

/** Nothing more is sent, and what was still to be sent is dead. */
export async function removeEndpoint(database: PrismaClient, id: string): Promise<void> {
  await database.$transaction([
    database.webhookEndpoint.updateMany({ where: { id, removedAt: null }, data: { removedAt: new Date() } }),
    database.webhookDelivery.updateMany({
      where: { endpointId: id, status: 'PENDING' },
      data: { status: 'DEAD', nextAttemptAt: null, lastError: 'webhook removed' },
    }),
  ])
}

/** A dead one is due at once, with all its attempts before it again. */
export async function reviveDelivery(database: PrismaClient, endpointId: string, sequence: bigint): Promise<void> {
  await database.webhookDelivery.updateMany({
    where: { endpointId, sequence, status: 'DEAD', endpoint: { removedAt: null } },
    data: { status: 'PENDING', attempts: 0, nextAttemptAt: new Date() },
  })
}

export interface DeliveryPageKey {
  readonly endpointId: string
  /** Null: in any. */
  readonly status: Delivery['status'] | null
  readonly limit: number
  /** The page begins below this sequence; null for the newest. */
  readonly before: bigint | null
}

export const readDeliveries = (
  database: PrismaClient,
  { endpointId, status, limit, before }: DeliveryPageKey,
): Promise<Delivery[]> =>
  database.webhookDelivery.findMany({
    where: {
      endpointId,
      ...(status === null ? {} : { status }),
      ...(before === null ? {} : { sequence: { lt: before } }),
    },
    orderBy: { sequence: 'desc' },
    take: limit,
  })
