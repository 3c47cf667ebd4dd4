/** One account: what is there, and what moved. */
import { useQuery } from '@apollo/client/react'
import { Check, Copy } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { useMessages, useSpoken } from '../messages/messages.tsx'
import { Button, Card, Empty, Failed, Money, Page, Skeleton } from '../ui/ui.tsx'
import { type AccountFacts, OneAccount } from './documents.ts'
import { EntryList } from './entries.tsx'

export default function AccountPage({ id }: { readonly id: string }) {
  const { t, language } = useSpoken()
  const { data, error, refetch } = useQuery(OneAccount, {
    variables: { id, language },
    fetchPolicy: 'cache-and-network',
  })
  const account = data?.account
  return (
    <>
      <Link className="back" href="/">
        ← {t.accounts.all}
      </Link>
      {account ? (
        <Account account={account} />
      ) : error ? (
        <Failed onRetry={() => void refetch()} />
      ) : data ? (
        <Empty>{t.accounts.notFound}</Empty>
      ) : (
        <Skeleton lines={6} />
      )}
    </>
  )
}

function Account({ account }: { readonly account: AccountFacts }) {
  const t = useMessages()
  const { name, kind, number, balance, id } = account
  return (
    <Page title={name} lead={t.accounts.kinds[kind]}>
      <Card>
        <p className="balance">
          <span className="quiet">{t.accounts.available}</span>
          <Money value={balance.available} />
        </p>
        <dl className="facts">
          <div>
            <dt>{t.accounts.posted}</dt>
            <dd>
              <Money value={balance.posted} />
            </dd>
          </div>
          <div>
            <dt>{t.accounts.pending}</dt>
            <dd>
              <Money value={balance.pending} />
            </dd>
          </div>
          <div>
            <dt>{t.accounts.number}</dt>
            <dd>
              <AccountNumber number={number} />
            </dd>
          </div>
        </dl>
      </Card>
      <Card title={t.entries.title}>
        <EntryList account={id} />
      </Card>
    </Page>
  )
}

function AccountNumber({ number }: { readonly number: string }) {
  const t = useMessages()
  const [isCopied, setCopied] = useState(false)
  const copy = (): void => {
    void navigator.clipboard.writeText(number).then(() => setCopied(true))
  }
  return (
    <span className="copy">
      <span className="number">{number.replace(/(.{4})(?=.)/g, '$1 ')}</span>
      <Button look="quiet" aria-label={t.accounts.copy} onPress={copy}>
        {isCopied ? <Check size={16} aria-hidden="true" /> : <Copy size={16} aria-hidden="true" />}
      </Button>
      <span className="sr" role="status">
        {isCopied ? t.copied : ''}
      </span>
    </span>
  )
}
