/** All accounts of the customer, each with its balance. */
import { useQuery } from '@apollo/client/react'
import { useState } from 'react'
import { Link } from 'wouter'
import { type AccountFactsFragment, AccountsDocument } from '../generated/graphql.ts'
import { useSpoken } from '../messages/messages.tsx'
import { Loaded, Money, Page } from '../ui/ui.tsx'
import { SkyPicture } from '../ui/weather.tsx'
import { useActivity } from './activity.ts'
import { useOneAtATime } from './one-at-a-time.ts'

/** Milliseconds between two polls while no events arrive. */
const POLL = 20_000

export function AccountsPage({ name }: { readonly name: string }) {
  const { t, language } = useSpoken()
  const [isLive, setLive] = useState(false)
  const { data, error, loading, refetch } = useQuery(AccountsDocument, {
    variables: { language },
    fetchPolicy: 'cache-and-network',
    pollInterval: isLive ? 0 : POLL,
    skipPollAttempt: () => document.hidden,
  })
  const onEvent = useOneAtATime(() => refetch())
  useActivity({ cursor: loading ? undefined : data?.me?.activityCursor, onEvent, onStream: setLive })
  const accounts = data?.me?.accounts.edges.map(({ node }) => node)
  return (
    <Page title={t.accounts.title} lead={t.accounts.greeting(data?.me?.name ?? name)}>
      <Loaded
        value={accounts}
        isEmpty={accounts?.length === 0 || (data !== undefined && !data.me)}
        empty={t.accounts.empty}
        error={error}
        onRetry={refetch}
      >
        {(some) => (
          <ul className="cards">
            {some.map((account) => (
              <li key={account.id}>
                <AccountCard account={account} />
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Page>
  )
}

function AccountCard({ account }: { readonly account: AccountFactsFragment }) {
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
