/** The field of an amount, in the currency of the account. */
import { useMessages } from '../messages/messages.tsx'
import { TextBox } from '../ui/fields.tsx'

interface AmountBoxProps {
  readonly currency: string
  readonly value: string
  readonly onChange: (value: string) => void
  /** True if it shows that the amount is invalid. */
  readonly isWrong: boolean
}

export function AmountBox({ currency, value, onChange, isWrong }: AmountBoxProps) {
  const t = useMessages()
  return (
    <TextBox
      label={t.pay.amount(currency)}
      value={value}
      onChange={onChange}
      inputMode="decimal"
      autoComplete="off"
      fault={isWrong ? t.pay.badAmount : undefined}
    />
  )
}
