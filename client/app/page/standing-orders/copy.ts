/** Takes an order's facts to a new one, in the browser's history: an address would show them. */
import { useHistoryState } from 'wouter/use-browser-location'
import { today } from '../format/dates.ts'
import { typedMoney } from '../format/money.ts'
import type { OrderFactsFragment, ScheduleFrequency } from '../generated/graphql.ts'
import type { Draft } from '../pay/order.ts'

/** As it would be typed. */
export interface OrderCopy {
  readonly draft: Draft
  readonly frequency: ScheduleFrequency
  /** `undefined` where it is over. */
  readonly firstOn: string | undefined
  /** Empty: it has no end. */
  readonly until: string
}

export function copyOf(order: OrderFactsFragment, locale: string): { readonly copy: OrderCopy } {
  const { from, to, amount, reference, frequency, nextOn, until } = order
  const draft = {
    from: from?.id ?? '',
    to: to?.number ?? '',
    amount: typedMoney(amount, locale),
    reference: reference ?? '',
  }
  const copy = { draft, frequency, firstOn: nextOn ?? undefined, until: until && until >= today() ? until : '' }
  return { copy }
}

/** `undefined` on a page that was opened otherwise. */
export const useCopy = (): OrderCopy | undefined => useHistoryState<{ readonly copy?: OrderCopy } | null>()?.copy
