/** The ledger's side of webhooks: every order is remembered under its key and audited, and new ones are counted where no two can be at once. */
import { accept, refuse } from '../ledger/refusal.ts'
import type { Needs, Rule } from '../ledger/rule.ts'
import type { RegisterWebhookCommand, WebhookCommand } from './commands.ts'

/** How many a customer may have at a time. */
export const MAX_ENDPOINTS = 10

const nothing: Needs = { accounts: [], transfers: [] }

const registerWebhook: Rule<RegisterWebhookCommand> = {
  needs: ({ customer }) => ({ ...nothing, webhooksOf: [customer] }),
  evaluate({ endpoint, customer, url }, book) {
    const inUse = book.endpoints.get(customer) ?? new Set()
    if (inUse.size >= MAX_ENDPOINTS)
      return refuse('LIMIT_EXCEEDED', `There are ${MAX_ENDPOINTS} webhooks, which is the limit.`)
    book.endpoints.set(customer, inUse.add(endpoint))
    book.effects.endpoints.push({ id: endpoint, customer, url, afterSequence: book.sequence })
    return accept(endpoint)
  },
}

const removeWebhook: Rule<WebhookCommand<'removeWebhook'>> = {
  needs: () => nothing,
  evaluate: ({ endpoint }) => (endpoint === null ? refuse('WEBHOOK_NOT_FOUND') : accept(endpoint)),
}

const retryWebhookDelivery: Rule<WebhookCommand<'retryWebhookDelivery'>> = {
  needs: () => nothing,
  evaluate: ({ endpoint, sequence }) =>
    endpoint === null
      ? refuse('WEBHOOK_NOT_FOUND')
      : sequence === null
        ? refuse('DELIVERY_NOT_FOUND')
        : accept(endpoint),
}

export const webhookRules = { registerWebhook, removeWebhook, retryWebhookDelivery }
