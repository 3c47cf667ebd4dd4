/** For officers: the trial balance, the end of the audit chain, and all orders. */
import { useQuery } from '@apollo/client/react'
import { formatInstant } from '../format/dates.ts'
import { BooksDocument, type BooksQuery, OperationsDocument } from '../generated/graphql.ts'
import { useMessages, useSpoken } from '../messages/messages.tsx'
import { Listed } from '../ui/listed.tsx'
import { refusalText } from '../ui/outcome.tsx'
import { Table } from '../ui/table.tsx'
import { Card, Facts, Loaded, Money, Page } from '../ui/ui.tsx'
import { totalsOf } from './totals.ts'

export default function BooksPage() {
  const t = useMessages()
  const { data, error, refetch } = useQuery(BooksDocument, { fetchPolicy: 'cache-and-network' })
  return (
    <Page title={t.officers.books}>
      <Card title={t.officers.trialBalance}>
        <Loaded value={data?.trialBalance} empty="" error={error} onRetry={refetch}>
          {(lines) => <TrialBalance lines={lines} />}
        </Loaded>
      </Card>
      <Card title={t.officers.audit}>
        <Loaded value={data?.auditHead ?? undefined} empty="" error={error} onRetry={refetch}>
          {(head) => <Head head={head} />}
        </Loaded>
        <Operations />
      </Card>
    </Page>
  )
}

function TrialBalance({ lines }: { readonly lines: BooksQuery['trialBalance'] }) {
  const t = useMessages()
  const totals = totalsOf(lines)
  return (
    <Table
      isStacked
      label={t.officers.trialBalance}
      columns={[t.officers.kind, t.officers.accounts, t.officers.debits, t.officers.credits, t.insights.balance]}
    >
      {totals.map(({ currency, debits, credits, isEven, lines: ofCurrency }) => (
        <tbody key={currency}>
          {ofCurrency.map(({ kind, accounts, debits: out, credits: into, balance }) => (
            <tr key={kind}>
              <td>
                {currency} · {t.officers.kinds[kind]}
              </td>
              <td className="end" data-label={t.officers.accounts}>
                {accounts}
              </td>
              <td className="end" data-label={t.officers.debits}>
                <Money value={out} />
              </td>
              <td className="end" data-label={t.officers.credits}>
                <Money value={into} />
              </td>
              <td className="end" data-label={t.insights.balance}>
                <Money value={balance} />
              </td>
            </tr>
          ))}
          <tr className="total">
            <th scope="row">{currency}</th>
            <td />
            <td className="end" data-label={t.officers.debits}>
              <Money value={debits} />
            </td>
            <td className="end" data-label={t.officers.credits}>
              <Money value={credits} />
            </td>
            <td className="end" data-label={t.insights.balance}>
              {isEven ? t.officers.even : t.officers.uneven}
            </td>
          </tr>
        </tbody>
      ))}
    </Table>
  )
}

function Head({ head }: { readonly head: NonNullable<BooksQuery['auditHead']> }) {
  const { t, locale } = useSpoken()
  return (
    <Facts
      facts={[
        [
          t.officers.batch,
          <span key="batch" className="number">
            {head.batch}
          </span>,
        ],
        [
          t.officers.order,
          <span key="order" className="number">
            {head.operation}
          </span>,
        ],
        [t.pay.at, formatInstant(head.at, locale)],
        [
          t.officers.hash,
          <code key="hash" className="hash">
            {head.hash}
          </code>,
        ],
      ]}
    />
  )
}

function Operations() {
  const { t, locale } = useSpoken()
  const query = useQuery(OperationsDocument, {
    fetchPolicy: 'cache-and-network',
  })
  return (
    <Listed query={query} connection={query.data?.operations} empty={t.officers.nothing}>
      {(orders) => (
        <ol className="rows rows-after">
          {orders.map(({ number, actor, name, at, refusal, message }) => (
            <li key={number} className="row">
              <div className="row-what">
                <strong>{name}</strong>
                <span className="quiet">{[actor, formatInstant(at, locale)].join(' · ')}</span>
                {refusal && (
                  <span className="fault">{refusalText({ code: refusal, message: message ?? refusal }, t)}</span>
                )}
              </div>
              <span className="quiet number">{number}</span>
            </li>
          ))}
        </ol>
      )}
    </Listed>
  )
}
