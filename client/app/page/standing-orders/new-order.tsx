/** Orders a transfer for a future day, once or repeatedly. */
import { useState } from 'react'
import { useLocation } from 'wouter'
import { addDays, today } from '../format/dates.ts'
import { OrderDocument, type ScheduleFrequency } from '../generated/graphql.ts'
import { useSpoken } from '../messages/messages.tsx'
import { WithAccounts } from '../pay/accounts-first.tsx'
import { orderOf, TransferFields } from '../pay/fields.tsx'
import { emptyDraft, type Payer } from '../pay/order.ts'
import { Choice, TextBox } from '../ui/fields.tsx'
import { Form, Submit } from '../ui/form.tsx'
import { Back } from '../ui/links.tsx'
import { useOnce } from '../ui/once.ts'
import { useTyped } from '../ui/typed.ts'
import { Card, Page } from '../ui/ui.tsx'
import { type OrderForm, useCopy } from './copy.ts'
import { LastDay } from './last-day.tsx'

const frequencies: readonly ScheduleFrequency[] = ['MONTHLY', 'WEEKLY', 'DAILY', 'ONCE']

export default function NewOrderPage() {
  const { t } = useSpoken()
  return (
    <>
      <Back href="/standing-orders">{t.orders.title}</Back>
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
  const empty = { ...emptyDraft, frequency: 'MONTHLY', firstOn: addDays(today(), 1), until: '' } as const
  const [form, setForm, typed] = useTyped<OrderForm>('order', empty, copy)
  const { frequency, firstOn, until } = form
  const set = (change: Partial<OrderForm>): void => setForm({ ...form, ...change })
  const [isChecked, setChecked] = useState(false)
  const request = useOnce(OrderDocument, ['StandingOrders'])
  const isFirst = firstOn >= today()
  const isRepeated = frequency !== 'ONCE'
  const isUntil = !isRepeated || until === '' || until >= firstOn
  const submit = async (): Promise<void> => {
    setChecked(true)
    const order = orderOf(form, accounts, locale)
    if (!order || !isFirst || !isUntil) return
    const { from, to, amount, reference } = order
    const input = { from: from.id, to, amount, currency: from.currency, frequency, firstOn }
    const rest = { ...(reference && { reference }), ...(isRepeated && until && { until }) }
    if (await request.run({ input: { ...input, ...rest } }, typed)) go('/standing-orders')
  }
  return (
    <Card>
      <Form onSubmit={() => void submit()}>
        <TransferFields accounts={accounts} draft={form} onChange={set} isChecked={isChecked} />
        <Choice
          label={t.orders.frequency}
          value={frequency}
          onChange={(value) => set({ frequency: value as ScheduleFrequency })}
          options={frequencies.map((one) => [one, t.orders.often[one]])}
        />
        <TextBox
          label={t.orders.first}
          value={firstOn}
          onChange={(day) => set({ firstOn: day })}
          type="date"
          min={today()}
          fault={isChecked && !isFirst ? t.refusals['DATE_IN_PAST'] : undefined}
        />
        {isRepeated && (
          <LastDay
            value={until}
            onChange={(day) => set({ until: day })}
            min={firstOn}
            fault={isChecked && !isUntil ? t.orders.badUntil : undefined}
          />
        )}
        <Submit request={request}>{t.orders.confirm}</Submit>
      </Form>
    </Card>
  )
}
