/** The ledger's commands about webhooks. They move no money. */

export interface RegisterWebhookCommand {
  readonly name: 'registerWebhook'
  /** The new endpoint's id: follows from caller and key. */
  readonly endpoint: string
  readonly customer: string
  readonly url: string
}

/** A webhook to register. */
export interface NewEndpoint {
  readonly id: string
  readonly customer: string
  readonly url: string
  /** Sequence of the last event before it. The endpoint gets the later ones. */
  readonly afterSequence: bigint
}

export interface WebhookCommand<Name extends 'removeWebhook' | 'retryWebhookDelivery'> {
  readonly name: Name
  /** Null: no endpoint of the caller's. */
  readonly endpoint: string | null
  /** The event to deliver again; null: what can be none. */
  readonly sequence: string | null
}

/** Most endpoints of a customer at a time. */
export const MAX_ENDPOINTS = 10

declare module '../ledger/request.ts' {
  interface LedgerCommands {
    registerWebhook: RegisterWebhookCommand
    removeWebhook: WebhookCommand<'removeWebhook'>
    retryWebhookDelivery: WebhookCommand<'retryWebhookDelivery'>
  }
}
