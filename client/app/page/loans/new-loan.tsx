/** The form for a loan, with its cost while the user chooses terms. */
import { useQuery } from '@apollo/client/react'
import { useLocation } from 'wouter'
import { formatDecimal } from '../format/decimals.ts'
import { ApplyForLoanDocument, LoanQuoteDocument, type LoanQuoteQuery } from '../generated/graphql.ts'
import { useSpoken } from '../messages/messages.tsx'
import { parseAmount } from '../money/parse.ts'
import { WithAccounts } from '../pay/accounts-first.tsx'
import type { Payer } from '../pay/order.ts'
import { Choice, TextBox } from '../ui/fields.tsx'
import { Form, Submit } from '../ui/form.tsx'
import { Back } from '../ui/links.tsx'
import { useOnce } from '../ui/once.ts'
import { useSettledText } from '../ui/settled-text.ts'
import { useTyped } from '../ui/typed.ts'
import { Card, Facts, Loaded, Money, Page } from '../ui/ui.tsx'
import { Plan } from './plan.tsx'

const lengths = [6, 12, 24, 36, 48, 60, 120, 240, 360] as const // months

export default function NewLoanPage() {
  const { t } = useSpoken()
  return (
    <>
      <Back href="/loans">{t.loans.title}</Back>
      <Page title={t.loans.new}>
        <WithAccounts>{(accounts) => <NewLoan accounts={accounts} />}</WithAccounts>
      </Page>
    </>
  )
}

/**
 * The rate as the bank reads it, with at most four decimals; `undefined` for an invalid percentage.
 */
const rateOf = (text: string): string | undefined => {
  const plain = text.trim().replace(',', '.')
  return /^\d{1,3}(\.\d{1,4})?$/.test(plain) && Number(plain) <= 100 ? plain : undefined
}

function NewLoan({ accounts }: { readonly accounts: readonly Payer[] }) {
  const { t, locale } = useSpoken()
  const [, go] = useLocation()
  const [form, setForm, typed] = useTyped('loan', {
    account: '',
    amount: '10000',
    rate: formatDecimal('4.95', locale),
    instalments: '24',
    purpose: '',
  })
  const { instalments, purpose } = form
  const set = (change: Partial<typeof form>): void => setForm({ ...form, ...change })
  const apply = useOnce(ApplyForLoanDocument)
  const account = accounts.find(({ id }) => id === form.account) ?? accounts[0]
  if (!account) return null
  const { currency } = account
  const principal = parseAmount(form.amount, currency, locale)
  const annualRate = rateOf(form.rate)
  const terms =
    principal === undefined || annualRate === undefined
      ? undefined
      : { principal, currency, annualRate, instalments: Number(instalments) }
  const submit = async (): Promise<void> => {
    if (!terms) return
    const why = purpose.trim()
    const input = { accountId: account.id, terms, ...(why && { purpose: why }) }
    const outcome = (await apply.run({ input }, typed))?.applyForLoan
    if (outcome?.__typename === 'LoanAccepted') go(`/loans/${outcome.loan.id}`)
  }
  return (
    <>
      <Card>
        <Form onSubmit={() => void submit()}>
          <Choice
            label={t.loans.account}
            value={account.id}
            onChange={(id) => set({ account: id })}
            options={accounts.map(({ id, name, currency: money }) => [id, `${name} (${money})`])}
          />
          <TextBox
            label={t.pay.amount(currency)}
            value={form.amount}
            onChange={(amount) => set({ amount })}
            inputMode="decimal"
            fault={principal === undefined ? t.pay.badAmount : undefined}
          />
          <TextBox
            label={t.loans.annualRate}
            value={form.rate}
            onChange={(rate) => set({ rate })}
            inputMode="decimal"
            fault={annualRate === undefined ? t.loans.badRate : undefined}
          />
          <Choice
            label={t.loans.instalments}
            value={instalments}
            onChange={(count) => set({ instalments: count })}
            options={lengths.map((count) => [`${count}`, t.insights.months(count)])}
          />
          <TextBox
            label={t.loans.purpose}
            value={purpose}
            onChange={(text) => set({ purpose: text })}
            maxLength={140}
            hint={t.loans.optional}
          />
          <Submit request={apply} isDisabled={!terms}>
            {t.loans.apply}
          </Submit>
        </Form>
      </Card>
      {terms && <Quote terms={JSON.stringify(terms)} />}
    </>
  )
}

/** @param terms as JSON, so that the quote is requested only after the user pauses */
function Quote({ terms }: { readonly terms: string }) {
  const { t } = useSpoken()
  const { data, previousData, error, refetch } = useQuery(LoanQuoteDocument, {
    variables: { terms: JSON.parse(useSettledText(terms)) },
  })
  return (
    <Card title={t.loans.offer}>
      <Loaded value={(data ?? previousData)?.quoteLoan} empty="" error={error} onRetry={refetch}>
        {(quote) => <QuoteFacts quote={quote} />}
      </Loaded>
    </Card>
  )
}

function QuoteFacts({ quote }: { readonly quote: LoanQuoteQuery['quoteLoan'] }) {
  const { t } = useSpoken()
  const { schedule, totalInterest, totalPayable, effectiveAnnualRate } = quote
  const [first] = schedule
  return (
    <>
      {first && (
        <p className="balance">
          <span className="quiet">{t.loans.monthly}</span>
          <Money value={first.payment} />
        </p>
      )}
      <Facts
        facts={[
          [t.loans.totalPayable, <Money key="payable" value={totalPayable} />],
          [t.loans.totalInterest, <Money key="interest" value={totalInterest} />],
          [t.loans.effectiveRate, t.loans.rate(effectiveAnnualRate)],
        ]}
      />
      <details className="figures">
        <summary>{t.loans.schedule}</summary>
        <Plan schedule={schedule} />
      </details>
    </>
  )
}
