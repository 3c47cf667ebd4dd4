/** What to pay, to whom, and from where. */
import { useState } from 'react'
import { formatMoney } from '../format/money.ts'
import { useSpoken } from '../messages/messages.tsx'
import { parseAmount } from '../money/parse.ts'
import { Choice, TextBox } from '../ui/fields.tsx'
import { Button, Card } from '../ui/ui.tsx'
import { cleanIban, isIban } from './iban.ts'
import type { Draft, Order, Payer } from './order.ts'

interface PayFormProps {
  readonly accounts: readonly Payer[]
  readonly draft: Draft
  readonly onChange: (draft: Draft) => void
  readonly onReview: (order: Order) => void
}

export function PayForm({ accounts, draft, onChange, onReview }: PayFormProps) {
  const { t, locale } = useSpoken()
  const [isChecked, setChecked] = useState(false)
  const from = accounts.find(({ id }) => id === draft.from) ?? accounts[0]
  if (!from) return null
  const own = accounts.filter(({ id, currency }) => id !== from.id && currency === from.currency)
  const amount = parseAmount(draft.amount, from.currency, locale)
  const to = cleanIban(draft.to)
  const toFault = isIban(to) ? (to === from.number ? t.pay.sameAccount : undefined) : t.pay.badIban
  const review = (): void => {
    setChecked(true)
    if (amount !== undefined && toFault === undefined) onReview({ from, to, amount, reference: draft.reference.trim() })
  }
  return (
    <Card>
      <form
        className="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          review()
        }}
      >
        <Choice
          label={t.pay.from}
          value={from.id}
          onChange={(id) => onChange({ ...draft, from: id })}
          options={accounts.map(({ id, name, balance }) => [id, `${name} – ${formatMoney(balance.available, locale)}`])}
        />
        <TextBox
          label={t.pay.to}
          value={draft.to}
          onChange={(value) => onChange({ ...draft, to: value })}
          maxLength={60}
          autoComplete="off"
          fault={isChecked ? toFault : undefined}
        />
        {own.length > 0 && (
          <div className="quick">
            <span className="quiet">{t.pay.own}</span>
            {own.map(({ id, name, number }) => (
              <Button key={id} look="quiet" onPress={() => onChange({ ...draft, to: number })}>
                {name}
              </Button>
            ))}
          </div>
        )}
        <TextBox
          label={t.pay.amount(from.currency)}
          value={draft.amount}
          onChange={(value) => onChange({ ...draft, amount: value })}
          inputMode="decimal"
          autoComplete="off"
          fault={isChecked && amount === undefined ? t.pay.badAmount : undefined}
        />
        <TextBox
          label={t.pay.reference}
          value={draft.reference}
          onChange={(value) => onChange({ ...draft, reference: value })}
          maxLength={140}
          autoComplete="off"
          hint={t.pay.optional}
        />
        <div className="actions">
          <Button look="main" type="submit">
            {t.pay.review}
          </Button>
        </div>
      </form>
    </Card>
  )
}
