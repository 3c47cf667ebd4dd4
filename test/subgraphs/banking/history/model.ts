/**
 * A model of the ledger: one operation at a time, in memory. It shares no code with the product.
 */
import type { Asked, Balance, Told } from './history.ts'

interface Movement {
  readonly from: string
  readonly to: string
  readonly amount: bigint
  readonly isHold: boolean
  readonly isReversal: boolean
  /** ISO 8601; of a hold. */
  readonly expiresAt: string
  state: 'PENDING' | 'POSTED' | 'RELEASED'
  posted: bigint
  reversed: boolean
}

/** Operations of the bank itself: holds expire, and days of schedules run. */
export type Own =
  | { readonly kind: 'expire'; readonly transfer: string }
  | {
      readonly kind: 'run'
      readonly schedule: string
      readonly dueOn: string
      /** The recorded refusal of the day: null if it was paid, undefined if nothing is recorded. */
      readonly refusal: string | null | undefined
    }

type ScheduleOrder = Extract<Asked, { kind: 'schedule' }>

interface Standing extends ScheduleOrder {
  /** Null after the last day. */
  nextOn: string | null
}

type Mutable<Type> = { -readonly [Name in keyof Type]: Type[Name] }

export class Model {
  readonly balances: Map<string, Mutable<Balance>>
  readonly #movements = new Map<string, Movement>()
  readonly #schedules = new Map<string, Standing>()
  readonly #holdSeconds: number

  constructor(opening: ReadonlyMap<string, bigint>, holdSeconds: number) {
    this.balances = new Map([...opening].map(([id, posted]) => [id, { posted, debitsPending: 0n, creditsPending: 0n }]))
    this.#holdSeconds = holdSeconds
  }

  /** @param id the ledger's id of the result, if accepted @param at the ledger's time */
  apply(asked: Asked | Own, id: string, at: string): Told {
    switch (asked.kind) {
      case 'transfer':
      case 'hold':
        return this.#move(asked.kind === 'hold', asked, id, at)
      case 'reverse':
        return this.#reverse(asked.transfer, id)
      case 'capture':
        return this.#end(asked.transfer, asked.amount, at)
      case 'void':
        return this.#end(asked.transfer, 0n, at)
      case 'expire':
        return this.#expire(asked.transfer, at)
      case 'schedule':
        return this.#schedule(asked, id, at)
      case 'run':
        return this.#run(asked, at)
    }
  }

  #balance(id: string): Mutable<Balance> {
    const balance = this.balances.get(id)
    if (!balance) throw new Error(`The model knows no account ${id}.`)
    return balance
  }

  #move(isHold: boolean, asked: { from: string; to: string; amount: bigint }, id: string, at: string): Told {
    const { from, to, amount } = asked
    if (from === to) return { refused: 'SAME_ACCOUNT' }
    const [debit, credit] = [this.#balance(from), this.#balance(to)]
    if (debit.posted - debit.debitsPending < amount) return { refused: 'INSUFFICIENT_FUNDS' }
    const expiresAt = new Date(Date.parse(at) + this.#holdSeconds * 1_000).toISOString()
    const common = { from, to, amount, isHold, isReversal: false, expiresAt, reversed: false }
    if (isHold) {
      debit.debitsPending += amount
      credit.creditsPending += amount
      this.#movements.set(id, { ...common, state: 'PENDING', posted: 0n })
    } else {
      debit.posted -= amount
      credit.posted += amount
      this.#movements.set(id, { ...common, state: 'POSTED', posted: amount })
    }
    return { id }
  }

  #reverse(transfer: string, id: string): Told {
    const original = this.#movements.get(transfer)
    if (!original) return { refused: 'TRANSFER_NOT_FOUND' }
    if (original.reversed) return { refused: 'ALREADY_REVERSED' }
    if (original.state !== 'POSTED' || original.isReversal) return { refused: 'NOT_REVERSIBLE' }
    const [giver, taker] = [this.#balance(original.to), this.#balance(original.from)]
    if (giver.posted - giver.debitsPending < original.posted) return { refused: 'INSUFFICIENT_FUNDS' }
    giver.posted -= original.posted
    taker.posted += original.posted
    original.reversed = true
    this.#movements.set(id, { ...original, isHold: false, isReversal: true, reversed: false })
    return { id }
  }

  /** Captures this part of a hold, or releases the hold if it is zero. */
  #end(transfer: string, captured: bigint, at: string): Told {
    const hold = this.#movements.get(transfer)
    if (!hold) return { refused: 'TRANSFER_NOT_FOUND' }
    if (!hold.isHold) return { refused: 'NOT_A_HOLD' }
    if (hold.state !== 'PENDING') return { refused: 'HOLD_ALREADY_RESOLVED' }
    if (captured > 0n && hold.expiresAt <= at) return { refused: 'HOLD_ALREADY_RESOLVED' }
    if (captured > hold.amount) return { refused: 'HOLD_EXCEEDED' }
    const [debit, credit] = [this.#balance(hold.from), this.#balance(hold.to)]
    debit.debitsPending -= hold.amount
    credit.creditsPending -= hold.amount
    debit.posted -= captured
    credit.posted += captured
    hold.state = captured > 0n ? 'POSTED' : 'RELEASED'
    hold.posted = captured
    return { id: transfer }
  }

  #expire(transfer: string, at: string): Told {
    const hold = this.#movements.get(transfer)
    return hold && hold.expiresAt > at ? { refused: 'NOT_PERMITTED' } : this.#end(transfer, 0n, at)
  }

  #schedule(order: ScheduleOrder, id: string, at: string): Told {
    if (order.from === order.to) return { refused: 'SAME_ACCOUNT' }
    if (order.firstOn < dayOf(at)) return { refused: 'DATE_IN_PAST' }
    this.#schedules.set(id, { ...order, nextOn: order.firstOn })
    return { id }
  }

  /** A day runs once, after all earlier days and not before it begins. */
  #run({ schedule: id, dueOn, refusal }: Extract<Own, { kind: 'run' }>, at: string): Told {
    const schedule = this.#schedules.get(id)
    if (!schedule || schedule.nextOn !== dueOn || dueOn > dayOf(at)) return { refused: 'SCHEDULE_NOT_DUE' }
    const debit = this.#balance(schedule.from)
    const isPaid = debit.posted - debit.debitsPending >= schedule.amount
    if (refusal !== (isPaid ? null : 'INSUFFICIENT_FUNDS'))
      return { refused: isPaid ? 'nothing' : 'INSUFFICIENT_FUNDS' }
    if (isPaid) {
      debit.posted -= schedule.amount
      this.#balance(schedule.to).posted += schedule.amount
    }
    schedule.nextOn =
      schedule.frequency === 'ONCE' ? null : dayOf(new Date(Date.parse(dueOn) + 86_400_000).toISOString())
    return { id }
  }

  /** Days of schedules that were due at a time and did not run. */
  missedDays(at: string): string[] {
    return [...this.#schedules].flatMap(([id, { nextOn }]) =>
      nextOn !== null && nextOn <= dayOf(at) ? [`${nextOn} of schedule ${id}`] : [],
    )
  }
}

const dayOf = (at: string): string => at.slice(0, 10)
