/** A scheduled or standing transfer, and what may be asked of one. Data only. */
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
  /** The last day on which it may be made. */
  until: PlainDate | null
  /** Null: never again. */
  nextOn: PlainDate | null
  cancelled: boolean
  readonly createdAt: string
}

/** What became of one day of a schedule. */
export interface ScheduleRun {
  readonly scheduleId: string
  readonly dueOn: PlainDate
  readonly transferId: string | null
  readonly refusal: { readonly code: RefusalCode; readonly message: string } | null
  readonly at: string
}

export interface ScheduleTransferCommand {
  readonly name: 'scheduleTransfer'
  readonly scheduleId: string
  readonly from: string | null
  readonly to: string | null
  readonly amount: bigint
  readonly currency: string
  readonly reference: string | null
  readonly frequency: Frequency
  readonly firstOn: PlainDate
  readonly until: PlainDate | null
}

export interface ChangeScheduleCommand {
  readonly name: 'changeSchedule'
  readonly scheduleId: string | null
  readonly amount: bigint
  readonly reference: string | null
  readonly until: PlainDate | null
}

export interface CancelScheduleCommand {
  readonly name: 'cancelSchedule'
  readonly scheduleId: string | null
}

/** Asked by the bank itself, on the day. */
export interface RunScheduleCommand {
  readonly name: 'runSchedule'
  readonly scheduleId: string
  readonly dueOn: PlainDate
  /** The schedule's accounts, which never change. */
  readonly from: string
  readonly to: string
}

declare module '../ledger/request.ts' {
  interface LedgerCommands {
    scheduleTransfer: ScheduleTransferCommand
    changeSchedule: ChangeScheduleCommand
    cancelSchedule: CancelScheduleCommand
    runSchedule: RunScheduleCommand
  }
}
