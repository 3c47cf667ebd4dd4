/** A payment: form, review, and receipt. */
import { useEffect, useRef, useState } from 'react'
import { useLocation, useSearch } from 'wouter'
import { useHistoryState } from 'wouter/use-browser-location'
import { PayDocument } from '../generated/graphql.ts'
import { useSettled } from '../graph/settled.ts'
import { HelpCard } from '../help/card.tsx'
import { useMessages, useSpoken } from '../messages/messages.tsx'
import { useOnce } from '../ui/once.ts'
import { useTyped } from '../ui/typed.ts'
import { Page } from '../ui/ui.tsx'
import { WithAccounts } from './accounts-first.tsx'
import { orderOf } from './fields.tsx'
import { PayForm } from './form.tsx'
import { emptyDraft, type Order, type Paid, type Payer } from './order.ts'
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

/** The state in the browser's history, so that "back" leads from the confirmation to the form. */
interface Place {
  readonly step?: 'review'
}

function Payment({ accounts }: { readonly accounts: readonly Payer[] }) {
  const { locale } = useSpoken()
  const search = useSearch()
  const [path, go] = useLocation()
  const isReview = useHistoryState<Place | null>()?.step === 'review'
  const here = search ? `${path}?${search}` : path
  const review = (): void => go(here, { state: { step: 'review' } satisfies Place })
  const wanted = new URLSearchParams(search).get('from')
  const [draft, setDraft, typed] = useTyped('pay', emptyDraft, wanted ? { from: wanted } : {})
  const [done, setDone] = useState<{ readonly paid: Paid; readonly from: Payer }>()
  const order = orderOf(draft, accounts, locale)
  const clear = (): void => setDraft({ ...draft, to: '', amount: '', reference: '' })

  const settled = useSettled()
  const known = useRef(settled)
  // The payment was made while its outcome was still unknown here: pressing again would pay again.
  // Input after the answer is a new payment.
  useEffect(() => {
    const come = settled.filter((one) => !known.current.includes(one))
    known.current = settled
    if (order && come.some(({ input, refusal }) => !refusal && isFor(order, input))) clear()
  }, [settled])
  // Otherwise the form would be left as soon as it is complete.
  useEffect(() => {
    if (isReview && !order && !done) go(here, { replace: true })
  }, [isReview, order, done])
  // Shows the receipt even if the user went back during the payment.
  useEffect(() => {
    if (done && !isReview) review()
  }, [done])

  const pay = useOnce(PayDocument, ['Payers'])
  const send = async ({ from, to, amount, reference }: Order): Promise<void> => {
    const input = { from: from.id, to, amount, currency: from.currency, ...(reference && { reference }) }
    const outcome = (await pay.run({ input }, typed))?.transfer
    if (outcome?.__typename !== 'TransferAccepted') return
    setDone({ paid: outcome.transfer, from })
    clear()
  }
  if (done && isReview) {
    const again = (): void => {
      setDone(undefined)
      history.back()
    }
    return <Receipt paid={done.paid} from={done.from} onAnother={again} />
  }
  const { isBusy, fault } = pay
  if (order && (isReview || isBusy))
    return (
      <Review
        order={order}
        isBusy={isBusy}
        fault={fault}
        onConfirm={() => void send(order)}
        onBack={() => history.back()}
      />
    )
  const toReview = (): void => {
    pay.clear()
    setDone(undefined)
    review()
  }
  return <PayForm accounts={accounts} draft={draft} onChange={setDraft} onReview={toReview} />
}

const isFor = ({ from, to, amount }: Order, input: Readonly<Record<string, unknown>>): boolean =>
  input['from'] === from.id && input['to'] === to && input['amount'] === amount
