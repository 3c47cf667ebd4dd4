/** For officers: one customer, with accounts and loans. */
import { useQuery } from '@apollo/client/react'
import { Link } from 'wouter'
import { formatIban } from '../format/iban.ts'
import {
  FreezeAccountDocument,
  OneCustomerDocument,
  type OneCustomerQuery,
  UnfreezeAccountDocument,
} from '../generated/graphql.ts'
import { useMessages } from '../messages/messages.tsx'
import { Confirm } from '../ui/confirm.tsx'
import { Found } from '../ui/found.tsx'
import { Back } from '../ui/links.tsx'
import { useOnce } from '../ui/once.ts'
import { Card, Empty, Money, Page } from '../ui/ui.tsx'

type Customer = NonNullable<OneCustomerQuery['customer']>
type Account = Customer['accounts']['edges'][number]['node']

export default function CustomerPage({ id }: { readonly id: string }) {
  const t = useMessages()
  const query = useQuery(OneCustomerDocument, {
    variables: { id },
    fetchPolicy: 'cache-and-network',
  })
  return (
    <>
      <Back href="/customers">{t.officers.customers}</Back>
      <Found query={query} value={query.data?.customer} missing={t.officers.noCustomer}>
        {({ name, email, accounts, loans }) => (
          <Page title={name} lead={email}>
            <Card title={t.accounts.title}>
              <ul className="rows">
                {accounts.edges.map(({ node }) => (
                  <AccountRow key={node.id} account={node} />
                ))}
              </ul>
              {accounts.edges.length === 0 && <Empty>{t.officers.noAccounts}</Empty>}
            </Card>
            <Card title={t.loans.title}>
              <ul className="rows">
                {loans.edges.map(({ node: { id: loan, purpose, principal, state } }) => (
                  <li key={loan} className="row">
                    <div className="row-what">
                      <Link href={`/loans/${loan}`}>{purpose || t.loans.nameless}</Link>
                    </div>
                    <div className="row-money">
                      <Money value={principal} />
                      <span className="tag">{t.loans.states[state]}</span>
                    </div>
                  </li>
                ))}
              </ul>
              {loans.edges.length === 0 && <Empty>{t.officers.noLoans}</Empty>}
            </Card>
          </Page>
        )}
      </Found>
    </>
  )
}

function AccountRow({ account }: { readonly account: Account }) {
  const t = useMessages()
  const { id, name, number, status, kind, balance } = account
  const freeze = useOnce(FreezeAccountDocument)
  const unfreeze = useOnce(UnfreezeAccountDocument)
  const input = { accountId: id }
  return (
    <li className="row row-wrap">
      <div className="row-what">
        <Link href={`/accounts/${id}`}>{name}</Link>
        <span className="quiet">
          {t.accounts.kinds[kind]} · <span className="number">{formatIban(number)}</span>
        </span>
      </div>
      <div className="row-money">
        <Money value={balance.posted} />
        <span className={status === 'OPEN' ? 'quiet' : 'tag'}>{t.accounts.status[status]}</span>
      </div>
      <div className="row-actions">
        {status === 'OPEN' && (
          <Confirm
            action={t.officers.freeze}
            title={t.officers.freezeTitle(name)}
            request={freeze}
            variables={{ input }}
          />
        )}
        {status === 'FROZEN' && (
          <Confirm
            action={t.officers.unfreeze}
            title={t.officers.unfreezeTitle(name)}
            request={unfreeze}
            variables={{ input }}
          />
        )}
      </div>
    </li>
  )
}
