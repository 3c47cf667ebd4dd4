/** Orders a transfer for a day to come, once or again and again. */
import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { addDays, today } from '../format/dates.ts'
import { OrderDocument, type ScheduleFrequency } from '../generated/graphql.ts'
import { useSpoken } from '../messages/messages.tsx'
import { WithAccounts } from '../pay/accounts-first.tsx'
import { orderOf, TransferFields } from '../pay/fields.tsx'
import type { Draft, Payer } from '../pay/order.ts'
import { Choice, TextBox } from '../ui/fields.tsx'
import { Form, Submit } from '../ui/form.tsx'
import { useOnce } from '../ui/once.ts'
import { Card, Page } from '../ui/ui.tsx'
import { useCopy } from './copy.ts'
import { LastDay } from './last-day.tsx'

const frequencies: readonly ScheduleFrequency[] = ['MONTHLY', 'WEEKLY', 'DAILY', 'ONCE']

export default function NewOrderPage() {
  const { t } = useSpoken()
  return (
    <>
      <Link className="back" href="/standing-orders">
        ← {t.orders.title}
      </Link>
      <Page title={t.orders.new}>
        <WithAccounts>{(accounts) => <NewOrder accounts={accounts} />}</WithAccounts>
      </Page>
    </>
  )
}

function NewOrder({ accounts }: { readonly accounts: readonly Payer[] }) {
  const { t, locale } = useSpoken()
  const [, go] = useLocation()
  const copy = useCopy()
  const empty: Draft = { from: accounts[0]?.id ?? '', to: '', amount: '', reference: '' }
  const [draft, setDraft] = useState(copy?.draft ?? empty)
  const [frequency, setFrequency] = useState<ScheduleFrequency>(copy?.frequency ?? 'MONTHLY')
  const [firstOn, setFirstOn] = useState(copy?.firstOn ?? addDays(today(), 1))
  const [until, setUntil] = useState(copy?.until ?? '')
  const [isChecked, setChecked] = useState(false)
  const request = useOnce(OrderDocument, ['StandingOrders'])
  const isFirst = firstOn >= today()
  const isUntil = until === '' || until >= firstOn
  const submit = async (): Promise<void> => {
    setChecked(true)
    const order = orderOf(draft, accounts, locale)
    if (!order || !isFirst || !isUntil) return
    const { from, to, amount, reference } = order
    const input = { from: from.id, to, amount, currency: from.currency, frequency, firstOn }
    const isRepeated = frequency !== 'ONCE'
    const rest = { ...(reference && { reference }), ...(isRepeated && until && { until }) }
    if (await request.run({ input: { ...input, ...rest } })) go('/standing-orders')
  }
  return (
    <Card>
      <Form onSubmit={() => void submit()}>
        <TransferFields accounts={accounts} draft={draft} onChange={setDraft} isChecked={isChecked} />
        <Choice
          label={t.orders.frequency}
          value={frequency}
          onChange={(value) => setFrequency(value as ScheduleFrequency)}
          options={frequencies.map((one) => [one, t.orders.often[one]])}
        />
        <TextBox
          label={t.orders.first}
          value={firstOn}
          onChange={setFirstOn}
          type="date"
          min={today()}
          fault={isChecked && !isFirst ? t.refusals['DATE_IN_PAST'] : undefined}
        />
        {frequency !== 'ONCE' && (
          <LastDay
            value={until}
            onChange={setUntil}
            min={firstOn}
            fault={isChecked && !isUntil ? t.orders.badUntil : undefined}
          />
        )}
        <Submit request={request}>{t.orders.confirm}</Submit>
      </Form>
    </Card>
  )
}
