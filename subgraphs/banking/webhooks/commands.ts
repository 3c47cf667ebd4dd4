/** What may be asked about webhooks. The ledger only remembers and audits it: money is never touched. */

export interface RegisterWebhookCommand {
  readonly name: 'registerWebhook'
  /** The new endpoint's id: follows from caller and key. */
  readonly endpoint: string
  readonly url: string
}

export interface WebhookCommand<Name extends 'removeWebhook' | 'retryWebhookDelivery'> {
  readonly name: Name
  /** Null: no endpoint of the caller's. */
  readonly endpoint: string | null
  /** The event to deliver again; null: none that the endpoint was to be told. */
  readonly sequence: string | null
}

export type WebhookRequest =
  | RegisterWebhookCommand
  | WebhookCommand<'removeWebhook'>
  | WebhookCommand<'retryWebhookDelivery'>
