/** The payment form: amount, payee, and account. */
import { useState } from 'react'
import { useSpoken } from '../messages/messages.tsx'
import { Form } from '../ui/form.tsx'
import { Button, Card } from '../ui/ui.tsx'
import { orderOf, TransferFields } from './fields.tsx'
import type { Draft, Payer } from './order.ts'

interface PayFormProps {
  readonly accounts: readonly Payer[]
  readonly draft: Draft
  readonly onChange: (draft: Draft) => void
  readonly onReview: () => void
}

export function PayForm({ accounts, draft, onChange, onReview }: PayFormProps) {
  const { t, locale } = useSpoken()
  const [isChecked, setChecked] = useState(false)
  const review = (): void => {
    setChecked(true)
    if (orderOf(draft, accounts, locale)) onReview()
  }
  return (
    <Card>
      <Form onSubmit={review}>
        <TransferFields accounts={accounts} draft={draft} onChange={onChange} isChecked={isChecked} />
        <div className="actions">
          <Button look="main" type="submit">
            {t.pay.review}
          </Button>
        </div>
      </Form>
    </Card>
  )
}
