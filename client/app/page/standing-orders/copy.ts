/**
 * Copies an order's data to a new one through the browser's history, because a URL would reveal it.
 */
import { useHistoryState } from 'wouter/use-browser-location'
import { today } from '../format/dates.ts'
import { typedMoney } from '../format/money.ts'
import type { OrderFactsFragment, ScheduleFrequency } from '../generated/graphql.ts'
import type { Draft } from '../pay/order.ts'

/** The form as typed. */
export interface OrderForm extends Draft {
  readonly frequency: ScheduleFrequency
  readonly firstOn: string
  /** Empty: it has no end. */
  readonly until: string
}

/** Without a first day if that has passed. */
type OrderCopy = Partial<OrderForm>

export function copyOf(order: OrderFactsFragment, locale: string): { readonly copy: OrderCopy } {
  const { from, to, amount, reference, frequency, nextOn, until } = order
  return {
    copy: {
      from: from?.id ?? '',
      to: to?.number ?? '',
      amount: typedMoney(amount, locale),
      reference: reference ?? '',
      frequency,
      ...(nextOn && { firstOn: nextOn }),
      until: until && until >= today() ? until : '',
    },
  }
}

/** `undefined` on a page that was opened otherwise. */
export const useCopy = (): OrderCopy | undefined => useHistoryState<{ readonly copy?: OrderCopy } | null>()?.copy
