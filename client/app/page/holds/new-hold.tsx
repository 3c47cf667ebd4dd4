/** Sets money aside for somebody. */
import { useState } from 'react'
import { formatIban } from '../format/iban.ts'
import { HoldDocument } from '../generated/graphql.ts'
import { useSpoken } from '../messages/messages.tsx'
import { WithAccounts } from '../pay/accounts-first.tsx'
import { orderOf, TransferFields } from '../pay/fields.tsx'
import { type Draft, emptyDraft, type Payer } from '../pay/order.ts'
import { Choice } from '../ui/fields.tsx'
import { Form, Submit } from '../ui/form.tsx'
import { Back, LinkButton } from '../ui/links.tsx'
import { useOnce } from '../ui/once.ts'
import { Done } from '../ui/outcome.tsx'
import { useTyped } from '../ui/typed.ts'
import { Card, Page } from '../ui/ui.tsx'

const DAY = 86_400 // seconds
const days = [1, 3, 7, 14, 30] as const

export default function NewHoldPage() {
  const { t } = useSpoken()
  return (
    <>
      <Back href="/holds">{t.holds.title}</Back>
      <Page title={t.holds.new}>
        <WithAccounts>{(accounts) => <NewHold accounts={accounts} />}</WithAccounts>
      </Page>
    </>
  )
}

interface NewHoldForm extends Draft {
  /** Days. */
  readonly length: string
}

function NewHold({ accounts }: { readonly accounts: readonly Payer[] }) {
  const { t, locale } = useSpoken()
  const [form, setForm, typed] = useTyped<NewHoldForm>('hold', { ...emptyDraft, length: '7' })
  const [isChecked, setChecked] = useState(false)
  const [payee, setPayee] = useState<string>()
  const hold = useOnce(HoldDocument, ['Holds', 'Payers'])
  const submit = async (): Promise<void> => {
    setChecked(true)
    const order = orderOf(form, accounts, locale)
    if (!order) return
    const { from, to, amount, reference } = order
    const input = { from: from.id, to, amount, currency: from.currency, expiresInSeconds: Number(form.length) * DAY }
    if (await hold.run({ input: { ...input, ...(reference && { reference }) } }, typed)) setPayee(to)
  }
  if (payee !== undefined)
    return (
      <Card>
        <Done title={t.holds.done}>
          <p className="number">{formatIban(payee)}</p>
        </Done>
        <div className="actions">
          <LinkButton href="/holds">{t.holds.title}</LinkButton>
        </div>
      </Card>
    )
  return (
    <Card>
      <Form onSubmit={() => void submit()}>
        <TransferFields
          accounts={accounts}
          draft={form}
          onChange={(draft) => setForm({ ...form, ...draft })}
          isChecked={isChecked}
        />
        <Choice
          label={t.holds.length}
          value={form.length}
          onChange={(length) => setForm({ ...form, length })}
          options={days.map((count) => [`${count}`, t.holds.days(count)])}
        />
        <Submit request={hold}>{t.holds.confirm}</Submit>
      </Form>
    </Card>
  )
}
