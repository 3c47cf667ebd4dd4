/**
 * The content of a webhook: an event of the ledger for one customer. The same event always has the
 * same id and body.
 */
import type { EventKind } from '../ledger/model.ts'

/** An event with the sides that the customer may see. */
export interface ToldEvent {
  readonly sequence: bigint
  readonly kind: EventKind
  readonly transferId: string
  readonly at: Date
  /** Minor units. */
  readonly amount: bigint
  readonly currency: string
  /** The two accounts; null for another customer's. */
  readonly debitAccount: string | null
  readonly creditAccount: string | null
}

const eventTypes: Readonly<Record<EventKind, string>> = {
  TRANSFER_POSTED: 'transfer.posted',
  HOLD_PLACED: 'hold.placed',
  HOLD_CAPTURED: 'hold.captured',
  HOLD_VOIDED: 'hold.voided',
  HOLD_EXPIRED: 'hold.expired',
}

/** Receivers recognise repeated deliveries by it. */
export const eventId = (sequence: bigint): string => `evt_${sequence}`

/** The body, JSON. Amounts are strings of minor units. */
export function bodyOf(event: ToldEvent): string {
  const { sequence, kind, transferId, at, amount, currency, debitAccount, creditAccount } = event
  return JSON.stringify({
    id: eventId(sequence),
    type: eventTypes[kind],
    timestamp: at.toISOString(),
    data: { sequence: `${sequence}`, transferId, amount: `${amount}`, currency, debitAccount, creditAccount },
  })
}
