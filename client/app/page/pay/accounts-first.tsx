/** Loads the customer's accounts before a screen that needs them. */
import { useQuery } from '@apollo/client/react'
import type { ReactNode } from 'react'
import { PayersDocument } from '../generated/graphql.ts'
import { useMessages } from '../messages/messages.tsx'
import { Loaded } from '../ui/ui.tsx'
import type { Payer } from './order.ts'

interface WithAccountsProps {
  /** Only accounts from which money can leave. */
  readonly isOpenOnly?: boolean
  readonly children: (accounts: readonly Payer[]) => ReactNode
}

export function WithAccounts({ isOpenOnly = true, children }: WithAccountsProps) {
  const t = useMessages()
  const { data, error, refetch } = useQuery(PayersDocument, { fetchPolicy: 'cache-and-network' })
  const all = data?.me?.accounts.edges.map(({ node }) => node)
  const accounts = isOpenOnly ? all?.filter(({ status }) => status === 'OPEN') : all
  return (
    <Loaded
      value={accounts}
      isEmpty={accounts?.length === 0 || (data !== undefined && !data.me)}
      empty={t.accounts.empty}
      error={error}
      onRetry={refetch}
    >
      {children}
    </Loaded>
  )
}
