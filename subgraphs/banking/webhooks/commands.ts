/** The ledger's commands about webhooks. They move no money. */

export interface RegisterWebhookCommand {
  readonly name: 'registerWebhook'
  /** The new endpoint's id: follows from caller and key. */
  readonly endpoint: string
  readonly customer: string
  readonly url: string
}

/** A webhook as it is registered. */
export interface NewEndpoint {
  readonly id: string
  readonly customer: string
  readonly url: string
  /** Of the last event before it: those after it are told. */
  readonly afterSequence: bigint
}

export interface WebhookCommand<Name extends 'removeWebhook' | 'retryWebhookDelivery'> {
  readonly name: Name
  /** Null: no endpoint of the caller's. */
  readonly endpoint: string | null
  /** The event to deliver again; null: none that the endpoint was to be told. */
  readonly sequence: string | null
}

/** How many a customer may have at a time. */
export const MAX_ENDPOINTS = 10

declare module '../ledger/request.ts' {
  interface LedgerCommands {
    registerWebhook: RegisterWebhookCommand
    removeWebhook: WebhookCommand<'removeWebhook'>
    retryWebhookDelivery: WebhookCommand<'retryWebhookDelivery'>
  }
}
