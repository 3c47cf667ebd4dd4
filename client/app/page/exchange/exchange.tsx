/** Exchanges between the customer's currencies: shows an offer, which is valid for a minute. */
import { useQuery } from '@apollo/client/react'
import { useEffect, useState } from 'react'
import { formatDecimal } from '../format/decimals.ts'
import { formatMoney } from '../format/money.ts'
import { PayDocument, QuoteDocument, type QuoteMutation, RatesDocument } from '../generated/graphql.ts'
import { HelpCard } from '../help/card.tsx'
import { useSpoken } from '../messages/messages.tsx'
import { AmountBox } from '../money/amount-box.tsx'
import { parseAmount } from '../money/parse.ts'
import { WithAccounts } from '../pay/accounts-first.tsx'
import type { Payer } from '../pay/order.ts'
import { Choice } from '../ui/fields.tsx'
import { Form, Submit } from '../ui/form.tsx'
import { LinkButton } from '../ui/links.tsx'
import { useOnce } from '../ui/once.ts'
import { Done, Fault } from '../ui/outcome.tsx'
import { Button, Card, Empty, Facts, Loaded, Money, Page } from '../ui/ui.tsx'

type Offer = QuoteMutation['quoteExchange']

interface Terms {
  readonly from: Payer
  readonly to: Payer
  readonly offer: Offer
}

export default function ExchangePage() {
  const { t } = useSpoken()
  return (
    <Page title={t.exchange.title} lead={t.exchange.lead}>
      <WithAccounts>{(accounts) => <Exchange accounts={accounts} />}</WithAccounts>
      <Rates />
      <HelpCard slug="pay-in-another-currency" />
    </Page>
  )
}

function Exchange({ accounts }: { readonly accounts: readonly Payer[] }) {
  const { t } = useSpoken()
  const [terms, setTerms] = useState<Terms>()
  const [done, setDone] = useState<Terms>()
  if (new Set(accounts.map(({ currency }) => currency)).size < 2) return <Empty>{t.exchange.single}</Empty>
  if (done)
    return (
      <Card>
        <Done title={t.exchange.done}>
          <p className="balance">
            <span className="quiet">{done.to.name}</span>
            <Money value={done.offer.buy} />
          </p>
        </Done>
        <div className="actions">
          <Button look="main" onPress={() => setDone(undefined)}>
            {t.exchange.another}
          </Button>
          <LinkButton look="plain" href={`/accounts/${done.to.id}`}>
            {t.pay.toAccount}
          </LinkButton>
        </div>
      </Card>
    )
  if (terms) {
    const finish = (): void => {
      setDone(terms)
      setTerms(undefined)
    }
    return <OfferCard key={terms.offer.id} terms={terms} onDone={finish} onBack={() => setTerms(undefined)} />
  }
  return <Ask accounts={accounts} onOffer={setTerms} />
}

interface AskProps {
  readonly accounts: readonly Payer[]
  readonly onOffer: (terms: Terms) => void
}

function Ask({ accounts, onOffer }: AskProps) {
  const { t, locale } = useSpoken()
  const [fromId, setFrom] = useState(accounts[0]?.id)
  const [toId, setTo] = useState<string>()
  const [text, setText] = useState('')
  const [isChecked, setChecked] = useState(false)
  const quote = useOnce(QuoteDocument)
  const from = accounts.find(({ id }) => id === fromId) ?? accounts[0]
  const others = accounts.filter(({ currency }) => currency !== from?.currency)
  const to = others.find(({ id }) => id === toId) ?? others[0]
  if (!from || !to) return null
  const amount = parseAmount(text, from.currency, locale)
  const submit = async (): Promise<void> => {
    setChecked(true)
    if (amount === undefined) return
    const offered = await quote.run({ input: { sell: from.currency, buy: to.currency, amount } })
    if (offered) onOffer({ from, to, offer: offered.quoteExchange })
  }
  const optionOf = ({ id, name, balance }: Payer) =>
    [id, `${name} – ${formatMoney(balance.available, locale)}`] as const
  return (
    <Card>
      <Form onSubmit={() => void submit()}>
        <Choice label={t.pay.from} value={from.id} onChange={setFrom} options={accounts.map(optionOf)} />
        <Choice label={t.exchange.to} value={to.id} onChange={setTo} options={others.map(optionOf)} />
        <AmountBox
          currency={from.currency}
          value={text}
          onChange={setText}
          isWrong={isChecked && amount === undefined}
        />
        <Submit request={quote}>{t.exchange.ask}</Submit>
      </Form>
    </Card>
  )
}

interface OfferProps {
  readonly terms: Terms
  readonly onDone: () => void
  readonly onBack: () => void
}

function OfferCard({ terms: { from, to, offer }, onDone, onBack }: OfferProps) {
  const { t, locale } = useSpoken()
  const left = useSecondsUntil(offer.expiresAt)
  const pay = useOnce(PayDocument, ['Payers'])
  const accept = async (): Promise<void> => {
    const { sell, id } = offer
    const input = { from: from.id, to: to.number, amount: sell.amount, currency: sell.currency, quoteId: id }
    if (await pay.run({ input })) onDone()
  }
  return (
    <Card title={t.exchange.offer}>
      <p className="balance">
        <span className="quiet">{t.exchange.get(to.name)}</span>
        <Money value={offer.buy} />
      </p>
      <Facts
        facts={[
          [t.exchange.give(from.name), <Money key="sell" value={offer.sell} />],
          [t.exchange.spread, <Money key="spread" value={offer.spread} />],
          [
            t.exchange.rate,
            <span
              key="rate"
              className="number"
            >{`1 ${offer.sell.currency} = ${formatDecimal(offer.rate, locale)} ${offer.buy.currency}`}</span>,
          ],
        ]}
      />
      {left !== undefined && <p className="quiet space">{left > 0 ? t.exchange.left(left) : t.exchange.over}</p>}
      <Fault>{pay.fault}</Fault>
      <div className="actions">
        <Button look="main" isPending={pay.isBusy} isDisabled={left === 0} onPress={() => void accept()}>
          {pay.isBusy ? t.outcome.busy : t.exchange.accept}
        </Button>
        <Button isDisabled={pay.isBusy} onPress={onBack}>
          {t.back}
        </Button>
      </div>
    </Card>
  )
}

const secondsUntil = (instant: string): number => Math.max(0, Math.ceil((Date.parse(instant) - Date.now()) / 1000))

/**
 * `undefined` if this device's clock is wrong: nothing has expired when it comes. Then the bank
 * tells when it has.
 */
function useSecondsUntil(instant: string): number | undefined {
  const [left, setLeft] = useState(() => secondsUntil(instant))
  const [isPlausible] = useState(left > 0)
  useEffect(() => {
    const timer = setInterval(() => setLeft(secondsUntil(instant)), 1000)
    return () => clearInterval(timer)
  }, [instant])
  return isPlausible ? left : undefined
}

function Rates() {
  const { t, locale } = useSpoken()
  const { data, error, refetch } = useQuery(RatesDocument, { fetchPolicy: 'cache-and-network' })
  return (
    <Card title={t.exchange.rates}>
      <Loaded value={data?.exchangeRates} empty={t.exchange.noRates} error={error} onRetry={refetch} lines={4}>
        {(rates) => (
          <Facts
            facts={rates.map(({ currency, perEuro }) => [
              currency,
              <span key={currency} className="number">{`1 EUR = ${formatDecimal(perEuro, locale)} ${currency}`}</span>,
            ])}
          />
        )}
      </Loaded>
    </Card>
  )
}
