/** The confirmation before money moves. */
import { useEffect, useRef } from 'react'
import { formatIban } from '../format/iban.ts'
import { useMessages } from '../messages/messages.tsx'
import { Fault } from '../ui/outcome.tsx'
import { Button, Card, Facts, Money } from '../ui/ui.tsx'
import type { Order } from './order.ts'

interface ReviewProps {
  readonly order: Order
  readonly isBusy: boolean
  readonly fault: string | undefined
  readonly onConfirm: () => void
  readonly onBack: () => void
}

export function Review({ order, isBusy, fault, onConfirm, onBack }: ReviewProps) {
  const t = useMessages()
  const { from, to, amount, reference } = order
  const title = useRef<HTMLHeadingElement>(null)
  useEffect(() => title.current?.focus(), [])
  return (
    <Card>
      <h2 ref={title} tabIndex={-1}>
        {t.pay.check}
      </h2>
      <p className="balance">
        <span className="quiet">{t.pay.willMove}</span>
        <Money value={{ amount, currency: from.currency }} />
      </p>
      <Facts
        facts={[
          [t.pay.from, from.name],
          [t.pay.to, <span className="number">{formatIban(to)}</span>],
          ...(reference ? [[t.pay.reference, reference] as const] : []),
        ]}
      />
      <Fault>{fault}</Fault>
      <div className="actions">
        <Button look="main" isPending={isBusy} onPress={onConfirm}>
          {isBusy ? t.pay.sending : t.pay.confirm}
        </Button>
        <Button isDisabled={isBusy} onPress={onBack}>
          {t.pay.change}
        </Button>
      </div>
    </Card>
  )
}
