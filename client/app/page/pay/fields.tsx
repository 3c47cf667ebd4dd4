/** The fields that every order of a transfer has. */
import { formatMoney } from '../format/money.ts'
import { useSpoken } from '../messages/messages.tsx'
import { AmountBox } from '../money/amount-box.tsx'
import { parseAmount } from '../money/parse.ts'
import { Choice, TextBox } from '../ui/fields.tsx'
import { Button } from '../ui/ui.tsx'
import { cleanIban, isIban } from './iban.ts'
import type { Draft, Order, Payer } from './order.ts'

interface TransferFieldsProps {
  readonly accounts: readonly Payer[]
  readonly draft: Draft
  readonly onChange: (draft: Draft) => void
  /** True if errors are shown. */
  readonly isChecked: boolean
}

/** Maximum number of own accounts with a button each; more become a list. */
const MOST_QUICK = 5

const payerOf = (draft: Draft, accounts: readonly Payer[]): Payer | undefined =>
  accounts.find(({ id }) => id === draft.from) ?? accounts[0]

/** `undefined` while the input is invalid. */
export function orderOf(draft: Draft, accounts: readonly Payer[], locale: string): Order | undefined {
  const from = payerOf(draft, accounts)
  const amount = from && parseAmount(draft.amount, from.currency, locale)
  const to = cleanIban(draft.to)
  if (!from || amount === undefined || !isIban(to) || to === from.number) return undefined
  return { from, to, amount, reference: draft.reference.trim() }
}

export function TransferFields({ accounts, draft, onChange, isChecked }: TransferFieldsProps) {
  const { t, locale } = useSpoken()
  const from = payerOf(draft, accounts)
  if (!from) return null
  const set = (change: Partial<Draft>): void => onChange({ ...draft, ...change })
  const own = accounts.filter(({ id, currency }) => id !== from.id && currency === from.currency)
  const to = cleanIban(draft.to)
  const toFault = isIban(to) ? (to === from.number ? t.pay.sameAccount : undefined) : t.pay.badIban
  const isAmount = parseAmount(draft.amount, from.currency, locale) !== undefined
  return (
    <>
      <Choice
        label={t.pay.from}
        value={from.id}
        onChange={(id) => set({ from: id })}
        options={accounts.map(({ id, name, balance }) => [id, `${name} – ${formatMoney(balance.available, locale)}`])}
      />
      <TextBox
        label={t.pay.to}
        value={draft.to}
        onChange={(value) => set({ to: value })}
        maxLength={60}
        autoComplete="off"
        fault={isChecked ? toFault : undefined}
      />
      {own.length > MOST_QUICK && (
        <Choice
          label={t.pay.own}
          value={own.some(({ number }) => number === to) ? to : ''}
          onChange={(value) => set({ to: value })}
          options={[['', '–'], ...own.map(({ number, name }) => [number, name] as const)]}
        />
      )}
      {own.length > 0 && own.length <= MOST_QUICK && (
        <div className="quick">
          <span className="quiet">{t.pay.own}:</span>
          {own.map(({ id, name, number }) => (
            <Button key={id} look="quiet" onPress={() => set({ to: number })}>
              {name}
            </Button>
          ))}
        </div>
      )}
      <AmountBox
        currency={from.currency}
        value={draft.amount}
        onChange={(value) => set({ amount: value })}
        isWrong={isChecked && !isAmount}
      />
      <TextBox
        label={t.pay.reference}
        value={draft.reference}
        onChange={(value) => set({ reference: value })}
        maxLength={140}
        autoComplete="off"
        hint={t.pay.optional}
      />
    </>
  )
}
