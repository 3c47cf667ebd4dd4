/**
 * The ledger's rules for webhooks: commands are idempotent and audited, and the ledger's lock makes
 * the count of endpoints exact.
 */
import { rowsOf, saveRow } from '../ledger/book.ts'
import { want } from '../ledger/collection.ts'
import type { LedgerPart, Rule } from '../ledger/part.ts'
import { accept, refuse } from '../ledger/refusal.ts'
import { MAX_ENDPOINTS, type RegisterWebhookCommand, type WebhookCommand } from './commands.ts'
import { deliveries, deliveryId, endpointsInUse, newEndpoints } from './store.ts'

const registerWebhook: Rule<RegisterWebhookCommand> = {
  needs: ({ customer }) => ({ rows: [want(endpointsInUse, [customer])] }),
  evaluate({ endpoint, customer, url }, book) {
    const inUse = rowsOf(book, endpointsInUse).get(customer) ?? new Set()
    if (inUse.size >= MAX_ENDPOINTS)
      return refuse('LIMIT_EXCEEDED', `There are ${MAX_ENDPOINTS} webhooks, which is the limit.`)
    rowsOf(book, endpointsInUse).set(customer, inUse.add(endpoint))
    saveRow(book, newEndpoints, endpoint, { id: endpoint, customer, url, afterSequence: book.sequence })
    return accept(endpoint)
  },
}

const removeWebhook: Rule<WebhookCommand<'removeWebhook'>> = {
  needs: () => ({}),
  evaluate: ({ endpoint }) => (endpoint === null ? refuse('WEBHOOK_NOT_FOUND') : accept(endpoint)),
}

const retryWebhookDelivery: Rule<WebhookCommand<'retryWebhookDelivery'>> = {
  needs: ({ endpoint, sequence }) => ({
    rows: [want(deliveries, [endpoint === null || sequence === null ? null : { endpoint, sequence }])],
  }),
  evaluate({ endpoint, sequence }, book) {
    if (endpoint === null) return refuse('WEBHOOK_NOT_FOUND')
    const isKnown = sequence !== null && rowsOf(book, deliveries).has(deliveryId({ endpoint, sequence }))
    return isKnown ? accept(endpoint) : refuse('DELIVERY_NOT_FOUND')
  },
}

export const webhooksPart = {
  rules: { registerWebhook, removeWebhook, retryWebhookDelivery },
  collections: [endpointsInUse, newEndpoints, deliveries],
} satisfies LedgerPart
