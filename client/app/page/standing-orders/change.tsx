/** Changes amount, reference and last day of a standing order; other changes need a copy. */
import { useState } from 'react'
import { today } from '../format/dates.ts'
import { typedMoney } from '../format/money.ts'
import { ChangeOrderDocument, type OrderFactsFragment } from '../generated/graphql.ts'
import { useSpoken } from '../messages/messages.tsx'
import { AmountBox } from '../money/amount-box.tsx'
import { parseAmount } from '../money/parse.ts'
import { Confirm } from '../ui/confirm.tsx'
import { TextBox } from '../ui/fields.tsx'
import { useOnce } from '../ui/once.ts'
import { LastDay } from './last-day.tsx'

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
      <AmountBox currency={now.currency} value={amount} onChange={setAmount} isWrong={units === undefined} />
      <TextBox
        label={t.pay.reference}
        value={reference}
        onChange={setReference}
        maxLength={140}
        hint={t.pay.optional}
      />
      {frequency !== 'ONCE' && (
        <LastDay
          value={until}
          onChange={setUntil}
          min={today()}
          fault={isUntil ? undefined : t.refusals['DATE_IN_PAST']}
        />
      )}
      <p className="quiet">{t.orders.otherwise}</p>
    </Confirm>
  )
}
