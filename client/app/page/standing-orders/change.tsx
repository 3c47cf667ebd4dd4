/** Changes what a standing order pays, its reference and its last day; the rest is another order. */
import { useState } from 'react'
import { today } from '../format/dates.ts'
import { typedMoney } from '../format/money.ts'
import { ChangeOrderDocument, type OrderFactsFragment } from '../generated/graphql.ts'
import { useSpoken } from '../messages/messages.tsx'
import { parseAmount } from '../money/parse.ts'
import { Confirm } from '../ui/confirm.tsx'
import { TextBox } from '../ui/fields.tsx'
import { useOnce } from '../ui/once.ts'

export function ChangeOrder({ order, payee }: { readonly order: OrderFactsFragment; readonly payee: string }) {
  const { t, locale } = useSpoken()
  const { id, frequency, amount: now } = order
  const [amount, setAmount] = useState(typedMoney(now, locale))
  const [reference, setReference] = useState(order.reference ?? '')
  const [until, setUntil] = useState(order.until ?? '')
  const request = useOnce(ChangeOrderDocument)
  const units = parseAmount(amount, now.currency, locale)
  const isUntil = until === '' || until >= today()
  const rest = { ...(reference.trim() && { reference: reference.trim() }), ...(until && { until }) }
  return (
    <Confirm
      action={t.orders.change}
      title={t.orders.changeTitle(payee)}
      request={request}
      variables={{ input: { scheduleId: id, amount: units ?? '', ...rest } }}
      isReady={units !== undefined && isUntil}
    >
      <TextBox
        label={t.pay.amount(now.currency)}
        value={amount}
        onChange={setAmount}
        inputMode="decimal"
        autoComplete="off"
        fault={units === undefined ? t.pay.badAmount : undefined}
      />
      <TextBox
        label={t.pay.reference}
        value={reference}
        onChange={setReference}
        maxLength={140}
        hint={t.pay.optional}
      />
      {frequency !== 'ONCE' && (
        <TextBox
          label={t.orders.until}
          value={until}
          onChange={setUntil}
          type="date"
          min={today()}
          hint={t.orders.noEnd}
          fault={isUntil ? undefined : t.refusals['DATE_IN_PAST']}
        />
      )}
    </Confirm>
  )
}
