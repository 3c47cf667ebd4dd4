/** The balance over time, and spending by category. */
import { useQuery } from '@apollo/client/react'
import { lazy, Suspense, useState } from 'react'
import { Link, useSearch } from 'wouter'
import { addDays, addMonths, formatDay, today } from '../format/dates.ts'
import { type Amount, numberOf } from '../format/money.ts'
import { InsightsDocument, type InsightsQuery, PayersDocument } from '../generated/graphql.ts'
import { HelpCard } from '../help/card.tsx'
import { useSpoken } from '../messages/messages.tsx'
import { Choice } from '../ui/fields.tsx'
import { Card, Empty, Loaded, Money, Page, Skeleton } from '../ui/ui.tsx'
import { balancesOf, endsOfMonths } from './balances.ts'

/** Loaded in parallel with the figures: the chart library is the largest part of the app. */
const BalanceChart = lazy(() => import('./balance-chart.tsx'))

const periods = [3, 6, 12] as const // months

export default function InsightsPage() {
  const { t } = useSpoken()
  const { data, error, refetch } = useQuery(PayersDocument)
  const accounts = data?.me?.accounts.edges.map(({ node }) => node)
  const wanted = new URLSearchParams(useSearch()).get('account')
  const [chosen, choose] = useState<string>()
  const [months, setMonths] = useState(12)
  const account = accounts?.find(({ id }) => id === (chosen ?? wanted)) ?? accounts?.[0]
  return (
    <Page title={t.insights.title}>
      <Loaded
        value={account}
        isEmpty={accounts?.length === 0 || (data !== undefined && !data.me)}
        empty={t.accounts.empty}
        error={error}
        onRetry={refetch}
      >
        {({ id }) => (
          <>
            <div className="choices">
              <Choice
                label={t.insights.account}
                value={id}
                onChange={choose}
                options={(accounts ?? []).map(({ id, name }) => [id, name])}
              />
              <Choice
                label={t.insights.period}
                value={`${months}`}
                onChange={(text) => setMonths(Number(text))}
                options={periods.map((count) => [`${count}`, t.insights.months(count)])}
              />
            </div>
            <Insights key={`${id} ${months}`} account={id} months={months} />
            <HelpCard slug="budget-by-category" />
          </>
        )}
      </Loaded>
    </Page>
  )
}

type Statement = NonNullable<InsightsQuery['account']>['statement']

function Insights({ account, months }: { readonly account: string; readonly months: number }) {
  const { t } = useSpoken()
  const to = today()
  const { data, error, refetch } = useQuery(InsightsDocument, {
    variables: { id: account, from: addDays(addMonths(to, -months), 1), to },
    fetchPolicy: 'cache-and-network',
  })
  return (
    <Loaded value={data?.account?.statement} empty={t.entries.empty} error={error} onRetry={refetch} lines={8}>
      {(statement) => (
        <>
          <Balance statement={statement} />
          <Spending account={account} statement={statement} />
        </>
      )}
    </Loaded>
  )
}

function Balance({ statement }: { readonly statement: Statement }) {
  const { t, locale } = useSpoken()
  const points = balancesOf(statement)
  return (
    <Card title={t.insights.balance}>
      <Suspense fallback={<Skeleton lines={6} />}>
        <BalanceChart points={points} />
      </Suspense>
      <details className="figures">
        <summary>{t.insights.asTable}</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">{t.insights.day}</th>
              <th scope="col">{t.insights.balance}</th>
            </tr>
          </thead>
          <tbody>
            {endsOfMonths(points).map(({ day, balance }) => (
              <tr key={day}>
                <td>{formatDay(day, locale)}</td>
                <td>
                  <Money value={balance} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </Card>
  )
}

function Spending({ account, statement }: { readonly account: string; readonly statement: Statement }) {
  const { t } = useSpoken()
  const spent = statement.byCategory
    .filter(({ debits }) => BigInt(debits.amount) > 0n)
    .toSorted((one, other) => numberOf(other.debits) - numberOf(one.debits))
  const most = numberOf(spent[0]?.debits ?? ({ amount: '0', currency: statement.opening.currency } satisfies Amount))
  if (spent.length === 0)
    return (
      <Card title={t.insights.spending}>
        <Empty>{t.insights.nothing}</Empty>
      </Card>
    )
  return (
    <Card title={t.insights.spending}>
      <ul className="bars">
        {spent.map(({ category, debits }) => (
          <li key={category}>
            <span className="bar-name">
              {category ? (
                <Link href={`/accounts/${account}?category=${category}`}>{t.categories[category] ?? category}</Link>
              ) : (
                t.categories['other']
              )}
              <Money value={debits} />
            </span>
            <progress className="bar" max={most} value={numberOf(debits)} aria-hidden="true" />
          </li>
        ))}
      </ul>
    </Card>
  )
}
