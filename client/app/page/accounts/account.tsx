/** One account: balance and entries. */
import { useApolloClient, useQuery } from '@apollo/client/react'
import { Check, Copy } from 'lucide-react'
import { useState } from 'react'
import { useSearch } from 'wouter'
import { formatIban } from '../format/iban.ts'
import { OneAccountDocument, type OneAccountQuery, PayersDocument } from '../generated/graphql.ts'
import { HelpCard } from '../help/card.tsx'
import { useMessages, useSpoken } from '../messages/messages.tsx'
import { isOfficer, useUser } from '../sign-in/session.ts'
import { Found } from '../ui/found.tsx'
import { Back, LinkButton } from '../ui/links.tsx'
import { useSettledText } from '../ui/settled-text.ts'
import { Button, Card, Facts, Money, Page } from '../ui/ui.tsx'
import { useActivity } from './activity.ts'
import { EntryList } from './entries.tsx'
import { everything, filterOf, type Wanted } from './filter.ts'
import { addNewEntries } from './new-entries.ts'
import { useOneAtATime } from './one-at-a-time.ts'
import { EntrySearch } from './search.tsx'

export default function AccountPage({ id }: { readonly id: string }) {
  const { t, language } = useSpoken()
  const query = useQuery(OneAccountDocument, {
    variables: { id, language },
    fetchPolicy: 'cache-and-network',
  })
  return (
    <>
      <Back href="/">{t.accounts.all}</Back>
      <Found query={query} value={query.data?.account} missing={t.accounts.notFound}>
        {(one) => <Account account={one} />}
      </Found>
    </>
  )
}

type OneAccount = NonNullable<OneAccountQuery['account']>

function Account({ account }: { readonly account: OneAccount }) {
  const { t, locale } = useSpoken()
  const category = new URLSearchParams(useSearch()).get('category') ?? ''
  const [wanted, setWanted] = useState<Wanted>({ ...everything, category })
  const text = useSettledText(wanted.text)
  const { name, kind, status, number, balance, id, activityCursor } = account
  const isOwn = useIsOwn(id)
  const client = useApolloClient()
  const addNew = useOneAtATime(() => addNewEntries(client, id))
  useActivity({
    account: id,
    cursor: activityCursor,
    isOwn,
    onEvent(event) {
      if (event.kind === 'TRANSFER_POSTED' || event.kind === 'HOLD_CAPTURED') addNew()
    },
  })
  return (
    <Page
      title={name}
      lead={t.accounts.kinds[kind]}
      actions={
        status === 'OPEN' &&
        isOwn && (
          <>
            <LinkButton href={`/pay?from=${id}`}>{t.nav.pay}</LinkButton>
            <LinkButton look="plain" href={`/insights?account=${id}`}>
              {t.nav.insights}
            </LinkButton>
          </>
        )
      }
    >
      <Card>
        <p className="balance">
          <span className="quiet">{t.accounts.available}</span>
          <Money value={balance.available} />
        </p>
        <Facts
          facts={[
            [t.accounts.posted, <Money key="posted" value={balance.posted} />],
            [t.accounts.pending, <Money key="pending" value={balance.pending} />],
            [t.accounts.number, <AccountNumber key="number" number={number} />],
          ]}
        />
      </Card>
      <Card title={t.entries.title}>
        <EntrySearch wanted={wanted} currency={account.currency} onChange={setWanted} />
        <EntryList account={id} filter={filterOf({ ...wanted, text }, account.currency, locale)} />
      </Card>
      <HelpCard slug={kind === 'SAVINGS' ? 'how-savings-interest-works' : 'holds-and-available-balance'} />
    </Page>
  )
}

/** Officers see the accounts of others too, but neither follow them nor pay from them. */
function useIsOwn(account: string): boolean {
  const mayBeOthers = isOfficer(useUser())
  const { data } = useQuery(PayersDocument, { skip: !mayBeOthers })
  return !mayBeOthers || (data?.me?.accounts.edges.some(({ node }) => node.id === account) ?? false)
}

function AccountNumber({ number }: { readonly number: string }) {
  const t = useMessages()
  const [isCopied, setCopied] = useState(false)
  const copy = (): void => {
    void navigator.clipboard.writeText(number).then(() => setCopied(true))
  }
  return (
    <span className="copy">
      <span className="number">{formatIban(number)}</span>
      <Button look="quiet" aria-label={t.accounts.copy} onPress={copy}>
        {isCopied ? <Check size={16} aria-hidden="true" /> : <Copy size={16} aria-hidden="true" />}
      </Button>
      <span className="sr" role="status">
        {isCopied ? t.copied : ''}
      </span>
    </span>
  )
}
