/** The receipt of a payment. */
import { formatInstant } from '../format/dates.ts'
import { formatIban } from '../format/iban.ts'
import { useSpoken } from '../messages/messages.tsx'
import { LinkButton } from '../ui/links.tsx'
import { Done } from '../ui/outcome.tsx'
import { Button, Card, Facts, Money } from '../ui/ui.tsx'
import type { Paid, Payer } from './order.ts'

interface ReceiptProps {
  readonly paid: Paid
  readonly from: Payer
  readonly onAnother: () => void
}

export function Receipt({ paid, from, onAnother }: ReceiptProps) {
  const { t, locale } = useSpoken()
  const { amount, to, reference, createdAt, id } = paid
  return (
    <Card>
      <Done title={t.pay.done}>
        <p className="balance">
          <span className="quiet">{to.name}</span>
          <Money value={amount} />
        </p>
      </Done>
      <Facts
        facts={[
          [t.pay.from, from.name],
          [t.pay.to, <span className="number">{formatIban(to.number)}</span>],
          ...(reference ? [[t.pay.reference, reference] as const] : []),
          [t.pay.at, formatInstant(createdAt, locale)],
          [t.pay.number, <span className="number">{id}</span>],
        ]}
      />
      <div className="actions">
        <Button look="main" onPress={onAnother}>
          {t.pay.another}
        </Button>
        <LinkButton look="plain" href={`/accounts/${from.id}`}>
          {t.pay.toAccount}
        </LinkButton>
      </div>
    </Card>
  )
}
