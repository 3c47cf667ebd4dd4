/** A scheduled or standing transfer, and its days. Data only. */
import type { PlainDate } from '../dates/plain-date.ts'
import type { RefusalCode } from '../ledger/refusal.ts'
import type { Frequency } from './recurrence.ts'

export interface Schedule {
  readonly id: string
  readonly customer: string
  readonly from: string
  readonly to: string
  /** Minor units. */
  amount: bigint
  readonly currency: string
  reference: string | null
  readonly frequency: Frequency
  readonly firstOn: PlainDate
  /** The last possible day. */
  until: PlainDate | null
  /** Null: none. */
  nextOn: PlainDate | null
  cancelled: boolean
  readonly createdAt: string
}

/** The outcome of one day of a schedule. */
export interface ScheduleRun {
  readonly scheduleId: string
  readonly dueOn: PlainDate
  readonly transferId: string | null
  readonly refusal: { readonly code: RefusalCode; readonly message: string } | null
  readonly at: string
}
