/** Turns arguments about webhooks into commands of the ledger, and checks them all. */
import { derivedId } from '../request/derived-id.ts'
import { badInput } from '../request/input.ts'
import { faultOfUrl } from './address.ts'
import type { RegisterWebhookCommand } from './commands.ts'

export interface RegisterInput {
  readonly idempotencyKey: string
  readonly url: string
}

export interface WebhookInput {
  readonly idempotencyKey: string
  readonly webhookId: string
}

export interface RetryInput extends WebhookInput {
  readonly eventId: string
}

/** The sequence in an event's id; undefined for what can be none. */
export const parseEventId = (text: string): string | undefined => /^evt_([1-9]\d{0,17})$/.exec(text)?.[1]

/** @throws BAD_USER_INPUT for an address that the bank does not call */
export function readRegistration(input: RegisterInput, actor: string, allowPrivate: boolean): RegisterWebhookCommand {
  const fault = faultOfUrl(input.url, allowPrivate)
  if (fault !== undefined) throw badInput('url', fault)
  return {
    name: 'registerWebhook',
    endpoint: derivedId('webhook', actor, input.idempotencyKey),
    customer: actor,
    url: input.url,
  }
}
