/** Webhooks in GraphQL: a customer's own endpoints and their deliveries. */
import { z } from 'zod'
import type { Scope } from '../../../platform/protocol/scope.ts'
import type { Customer } from '../../../prisma/generated/client.ts'
import { type PageArguments, pagesOf } from '../../shared/pagination.ts'
import { refuseUndone } from '../ledger/restores.ts'
import { requireScope } from '../request/access.ts'
import type { BankingContext } from '../request/context.ts'
import { sequencePart } from '../request/cursor-parts.ts'
import { parseDerivedId } from '../request/derived-id.ts'
import { unknownIn } from '../request/input.ts'
import { type MutationResult, mutate, readBack, resultOf } from '../request/mutation.ts'
import { transferById } from '../transfers/read.ts'
import type { WebhookCommand } from './commands.ts'
import { parseEventId, type RegisterInput, type RetryInput, readRegistration, type WebhookInput } from './input.ts'
import { eventId } from './payload.ts'
import type { Webhooks } from './service.ts'
import {
  type Delivery,
  type Endpoint,
  endpointById,
  readDeliveries,
  readEndpoints,
  removeEndpoint,
  reviveDelivery,
} from './store.ts'

interface DeliveryArguments extends PageArguments {
  readonly status?: Delivery['status'] | null
}

const deliveryPage = pagesOf('webhookDeliveries', z.tuple([sequencePart]), ({ sequence }: Delivery) => [
  sequence.toString(),
])

/** One of the caller's own endpoints, including removed ones. */
async function ownEndpoint(
  id: string,
  { caller, load }: BankingContext,
  scope: Scope = 'banking:write',
): Promise<Endpoint | null> {
  const { id: owner } = requireScope(caller, scope)
  const known = parseDerivedId(id)
  const endpoint = known === null ? null : await load(endpointById, known)
  return endpoint?.customerId === owner ? endpoint : null
}

export const webhookResolvers = ({ allowPrivate, secrets }: Webhooks) => ({
  Mutation: {
    registerWebhook: (
      _: unknown,
      { input }: { input: RegisterInput },
      context: BankingContext,
    ): Promise<MutationResult> => {
      const { id } = requireScope(context.caller, 'banking:write')
      return mutate(context, () => ({
        idempotencyKey: input.idempotencyKey,
        command: readRegistration(input, id, allowPrivate),
      }))
    },
    async removeWebhook(
      _: unknown,
      { input }: { input: WebhookInput },
      context: BankingContext,
    ): Promise<MutationResult> {
      const endpoint = await ownEndpoint(input.webhookId, context)
      const command: WebhookCommand<'removeWebhook'> = {
        name: 'removeWebhook',
        endpoint: endpoint?.id ?? null,
        sequence: null,
        ...unknownIn([endpoint?.id ?? null, input.webhookId]),
      }
      const result = await mutate(context, () => ({ idempotencyKey: input.idempotencyKey, command }))
      if (result.accepted) await removeEndpoint(context.database, result.subject)
      return result
    },
    async retryWebhookDelivery(
      _: unknown,
      { input }: { input: RetryInput },
      context: BankingContext,
    ): Promise<MutationResult> {
      const endpoint = await ownEndpoint(input.webhookId, context)
      const sequence = parseEventId(input.eventId) ?? null
      const command: WebhookCommand<'retryWebhookDelivery'> = {
        name: 'retryWebhookDelivery',
        endpoint: endpoint?.id ?? null,
        sequence,
        ...unknownIn([endpoint?.id ?? null, input.webhookId], [sequence, input.eventId]),
      }
      const result = await mutate(context, () => ({ idempotencyKey: input.idempotencyKey, command }))
      if (result.accepted && sequence !== null) await reviveDelivery(context.database, result.subject, BigInt(sequence))
      return result
    },
  },
  WebhookResult: resultOf('WebhookAccepted'),
  WebhookAccepted: {
    webhook: ({ subject }: { subject: string }, _: unknown, context: BankingContext) =>
      readBack(context, (reading) => ownEndpoint(subject, reading)),
  },
  Customer: {
    // Hidden from officers, too: the secret allows to act as the bank towards the customer's
    // systems.
    webhooks({ id }: Customer, _: unknown, { caller, database }: BankingContext): Promise<Endpoint[]> | [] {
      return requireScope(caller, 'banking:read').id === id ? readEndpoints(database, id) : []
    },
  },
  Webhook: {
    __resolveReference: ({ id }: { id: string }, context: BankingContext) => ownEndpoint(id, context, 'banking:read'),
    secret: ({ id }: Endpoint, _: unknown, { caller }: BankingContext): string => {
      requireScope(caller, 'banking:write')
      return secrets(id)
    },
    deliveries: ({ id }: Endpoint, page: DeliveryArguments, { database, load }: BankingContext) =>
      deliveryPage(page, async ({ limit, after, before, backwards }) => {
        const [below, above] = [after?.[0], before?.[0]]
        await refuseUndone(load, { after: below, before: above })
        return readDeliveries(database, {
          endpointId: id,
          status: page.status ?? null,
          limit,
          below: below === undefined ? undefined : BigInt(below),
          above: above === undefined ? undefined : BigInt(above),
          backwards,
        })
      }),
  },
  WebhookDelivery: {
    eventId: ({ sequence }: Delivery): string => eventId(sequence),
    transfer: async ({ sequence }: Delivery, _: unknown, { database, load }: BankingContext) => {
      const [event] = await database.$queryRaw<{ transfer: string }[]>`/* webhooks:event */
        SELECT transfer_id::text AS transfer FROM history.outbox WHERE sequence = ${sequence}`
      return event ? load(transferById, event.transfer) : null
    },
  },
})
