/** The ledger's side of webhooks: every order is remembered under its key and audited; nothing in the books changes. */
import { accept, refuse } from '../ledger/refusal.ts'
import type { Needs, Rule } from '../ledger/rules/rule.ts'
import type { RegisterWebhookCommand, WebhookCommand } from './commands.ts'

const nothing: Needs = { accounts: [], transfers: [] }

const registerWebhook: Rule<RegisterWebhookCommand> = {
  needs: () => nothing,
  evaluate: ({ endpoint }) => accept(endpoint),
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
