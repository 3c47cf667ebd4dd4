/** All accounts of the customer, each with its balance. */
import { useQuery } from '@apollo/client/react'
import { Link } from 'wouter'
import { useSpoken } from '../messages/messages.tsx'
import { Empty, Failed, Money, Page, Skeleton } from '../ui/ui.tsx'
import { SkyPicture } from '../ui/weather.tsx'
import { type AccountFacts, Accounts } from './documents.ts'

export function AccountsPage({ name }: { readonly name: string }) {
  const { t, language } = useSpoken()
  const { data, error, refetch } = useQuery(Accounts, {
    variables: { language },
    fetchPolicy: 'cache-and-network',
  })
  const accounts = data?.me?.accounts.edges.map(({ node }) => node)
  return (
    <Page title={t.accounts.title} lead={t.accounts.greeting(data?.me?.name ?? name)}>
      {accounts ? (
        <ul className="cards">
          {accounts.map((account) => (
            <li key={account.id}>
              <AccountCard account={account} />
            </li>
          ))}
        </ul>
      ) : error && !data?.me ? (
        <Failed onRetry={() => void refetch()} />
      ) : data && !error ? null : (
        <Skeleton lines={6} />
      )}
      {(accounts?.length === 0 || (data && !data.me && !error)) && <Empty>{t.accounts.empty}</Empty>}
    </Page>
  )
}

function AccountCard({ account }: { readonly account: AccountFacts }) {
  const { t } = useSpoken()
  const { id, name, kind, status, number, balance, branch } = account
  const now = branch?.city?.weather?.current
  return (
    <Link className="card account" href={`/accounts/${id}`}>
      <span className="account-name">
        <strong>{name}</strong>
        {status !== 'OPEN' && <span className="tag">{t.accounts.status[status]}</span>}
      </span>
      <span className="quiet">
        {t.accounts.kinds[kind]} · <span className="number">…{number.slice(-4)}</span>
      </span>
      <span className="account-money">
        <Money value={balance.available} />
        <span className="quiet">{t.accounts.available}</span>
      </span>
      {branch && (
        <span className="account-place quiet">
          {branch.city?.name ?? branch.name}
          {now && <SkyPicture {...now} />}
        </span>
      )}
    </Link>
  )
}
