/** The ledger's commands about schedules. */
import type { PlainDate } from '../dates/plain-date.ts'
import type { Order } from '../ledger/debit.ts'
import type { Frequency } from './recurrence.ts'

export interface ScheduleTransferCommand extends Order {
  readonly name: 'scheduleTransfer'
  readonly scheduleId: string
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

/** The bank's own command, on the due day. */
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
