/** The borrower's actions in the loan's state. */
import { useState } from 'react'
import { type Amount, decimalOf, formatMoney } from '../format/money.ts'
import { type LoanState, RefundLoanDocument, RepayLoanDocument, WithdrawLoanDocument } from '../generated/graphql.ts'
import { useSpoken } from '../messages/messages.tsx'
import { parseAmount } from '../money/parse.ts'
import { Confirm } from '../ui/confirm.tsx'
import { TextBox } from '../ui/fields.tsx'
import { useOnce } from '../ui/once.ts'

interface LoanActionsProps {
  readonly id: string
  readonly state: LoanState
  readonly currency: string
  /** The amount that settles it today. */
  readonly settlement: Amount | undefined
}

export function LoanActions({ id, state, currency, settlement }: LoanActionsProps) {
  const { t } = useSpoken()
  const withdraw = useOnce(WithdrawLoanDocument, ['OneLoan'])
  const refund = useOnce(RefundLoanDocument, ['OneLoan'])
  if (state === 'SUBMITTED' || state === 'APPROVED')
    return (
      <div className="actions">
        <Confirm
          action={t.loans.withdraw}
          title={t.loans.withdrawTitle}
          request={withdraw}
          variables={{ input: { loanId: id } }}
        />
      </div>
    )
  if (state === 'OVERPAID')
    return (
      <div className="actions">
        <Confirm
          action={t.loans.refund}
          look="main"
          title={t.loans.refundTitle}
          request={refund}
          variables={{ input: { loanId: id } }}
        />
      </div>
    )
  return state === 'ACTIVE' && settlement ? <Repay id={id} currency={currency} settlement={settlement} /> : null
}

interface RepayProps {
  readonly id: string
  readonly currency: string
  readonly settlement: Amount
}

function Repay({ id, currency, settlement }: RepayProps) {
  const { t, locale } = useSpoken()
  const [text, setText] = useState(() =>
    new Intl.NumberFormat(locale, { useGrouping: false, minimumFractionDigits: 0, maximumFractionDigits: 4 }).format(
      decimalOf(settlement),
    ),
  )
  const repay = useOnce(RepayLoanDocument, ['OneLoan'])
  const amount = parseAmount(text, currency, locale)
  return (
    <div className="form space">
      <TextBox
        label={t.loans.repayAmount(currency)}
        value={text}
        onChange={setText}
        inputMode="decimal"
        hint={t.loans.repayHint(formatMoney(settlement, locale))}
        fault={amount === undefined ? t.pay.badAmount : undefined}
      />
      <div className="actions">
        <Confirm
          action={t.loans.repay}
          look="main"
          title={t.loans.repayTitle(amount === undefined ? '' : formatMoney({ amount, currency }, locale))}
          request={repay}
          variables={amount === undefined ? undefined : { input: { loanId: id, amount } }}
        />
      </div>
    </div>
  )
}
