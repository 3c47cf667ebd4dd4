/** A payment: what to whom, a look at it, and the receipt. */
import { useEffect, useState } from 'react'
import { useSearch } from 'wouter'
import { PayDocument } from '../generated/graphql.ts'
import { useSettled } from '../graph/settled.ts'
import { HelpCard } from '../help/card.tsx'
import { useMessages } from '../messages/messages.tsx'
import { useOnce } from '../ui/once.ts'
import { Page } from '../ui/ui.tsx'
import { WithAccounts } from './accounts-first.tsx'
import { PayForm } from './form.tsx'
import type { Draft, Order, Paid, Payer } from './order.ts'
import { Receipt } from './receipt.tsx'
import { Review } from './review.tsx'

export default function PayPage() {
  const t = useMessages()
  return (
    <Page title={t.pay.title}>
      <WithAccounts>{(accounts) => <Payment accounts={accounts} />}</WithAccounts>
      <HelpCard slug="how-a-transfer-moves" />
    </Page>
  )
}

type Step =
  | { readonly at: 'form' }
  /** Known is what was settled before. */
  | { readonly at: 'review'; readonly order: Order; readonly known: ReadonlySet<string> }
  | { readonly at: 'done'; readonly paid: Paid; readonly from: Payer }

function Payment({ accounts }: { readonly accounts: readonly Payer[] }) {
  const wanted = new URLSearchParams(useSearch()).get('from')
  const first = accounts.find(({ id }) => id === wanted) ?? accounts[0]
  const [draft, setDraft] = useState<Draft>({ from: first?.id ?? '', to: '', amount: '', reference: '' })
  const [step, setStep] = useState<Step>({ at: 'form' })
  const settled = useSettled()
  const isSettled =
    step.at === 'review' &&
    settled.some(({ id, input, refusal }) => !refusal && !step.known.has(id) && isFor(step.order, input))
  // Made after all, while it was still asked about: to press again would pay again.
  useEffect(() => {
    if (isSettled) {
      setDraft((last) => ({ ...last, to: '', amount: '', reference: '' }))
      setStep({ at: 'form' })
    }
  }, [isSettled])
  const pay = useOnce(PayDocument, ['Payers'])
  const send = async ({ from, to, amount, reference }: Order): Promise<void> => {
    const input = { from: from.id, to, amount, currency: from.currency, ...(reference && { reference }) }
    const outcome = (await pay.run({ input }))?.transfer
    if (outcome?.__typename === 'TransferAccepted') setStep({ at: 'done', paid: outcome.transfer, from })
  }
  if (step.at === 'done') {
    const again = (): void => {
      setDraft({ ...draft, to: '', amount: '', reference: '' })
      setStep({ at: 'form' })
    }
    return <Receipt paid={step.paid} from={step.from} onAnother={again} />
  }
  if (step.at === 'review') {
    const back = (): void => {
      pay.clear()
      setStep({ at: 'form' })
    }
    const { isBusy, fault } = pay
    return (
      <Review order={step.order} isBusy={isBusy} fault={fault} onConfirm={() => void send(step.order)} onBack={back} />
    )
  }
  return (
    <PayForm
      accounts={accounts}
      draft={draft}
      onChange={setDraft}
      onReview={(order) => setStep({ at: 'review', order, known: new Set(settled.map(({ id }) => id)) })}
    />
  )
}

const isFor = ({ from, to, amount }: Order, input: Readonly<Record<string, unknown>>): boolean =>
  input['from'] === from.id && input['to'] === to && input['amount'] === amount
