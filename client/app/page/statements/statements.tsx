/** A statement of an account over a period, and its download. */
import { useApolloClient, useQuery } from '@apollo/client/react'
import { Download } from 'lucide-react'
import { useState } from 'react'
import { addDays, addMonths, formatDay, isDay, today } from '../format/dates.ts'
import { StatementFilesDocument, type StatementFormat, StatementLinkDocument } from '../generated/graphql.ts'
import { useSpoken } from '../messages/messages.tsx'
import { WithAccounts } from '../pay/accounts-first.tsx'
import type { Payer } from '../pay/order.ts'
import { Choice, TextBox } from '../ui/fields.tsx'
import { Fault } from '../ui/outcome.tsx'
import { Button, Card, Facts, Loaded, Money, Page } from '../ui/ui.tsx'

const formats: readonly (readonly [StatementFormat, string])[] = [
  ['CSV', 'CSV'],
  ['OFX', 'OFX'],
  ['CAMT_053', 'CAMT.053'],
]
const MOST_DAYS = 365

interface Period {
  readonly from: string
  readonly to: string
}

export default function StatementsPage() {
  const { t } = useSpoken()
  return (
    <Page title={t.statements.title} lead={t.statements.lead}>
      <WithAccounts isOpenOnly={false}>{(accounts) => <Statements accounts={accounts} />}</WithAccounts>
    </Page>
  )
}

function Statements({ accounts }: { readonly accounts: readonly Payer[] }) {
  const { t } = useSpoken()
  const [account, setAccount] = useState(accounts[0]?.id ?? '')
  const [{ from, to }, setPeriod] = useState<Period>({ from: addMonths(`${today().slice(0, 7)}-01`, -11), to: today() })
  const isPeriod = isDay(from) && isDay(to) && from <= to && to <= addDays(from, MOST_DAYS)
  return (
    <>
      <div className="search-more choices-wide">
        <Choice
          label={t.insights.account}
          value={account}
          onChange={setAccount}
          options={accounts.map(({ id, name }) => [id, name])}
        />
        <TextBox
          label={t.search.from}
          value={from}
          onChange={(day) => setPeriod({ from: day, to })}
          type="date"
          fault={isPeriod ? undefined : t.statements.badPeriod}
        />
        <TextBox label={t.search.to} value={to} onChange={(day) => setPeriod({ from, to: day })} type="date" />
      </div>
      {isPeriod && <Statement key={`${account} ${from} ${to}`} account={account} from={from} to={to} />}
    </>
  )
}

function Statement({ account, from, to }: Period & { readonly account: string }) {
  const { t, locale } = useSpoken()
  const { data, error, refetch } = useQuery(StatementFilesDocument, {
    variables: { id: account, from, to },
    fetchPolicy: 'cache-and-network',
  })
  return (
    <Card title={`${formatDay(from, locale)} – ${formatDay(to, locale)}`}>
      <Loaded value={data?.account?.statement} empty="" error={error} onRetry={refetch}>
        {({ opening, closing, credits, debits }) => (
          <>
            <Facts
              facts={[
                [t.statements.opening, <Money key="opening" value={opening} />],
                [t.statements.credits(credits.count), <Money key="credits" value={credits.sum} isSigned="CREDIT" />],
                [t.statements.debits(debits.count), <Money key="debits" value={debits.sum} isSigned="DEBIT" />],
                [t.statements.closing, <Money key="closing" value={closing} />],
              ]}
            />
            <Downloads account={account} from={from} to={to} />
          </>
        )}
      </Loaded>
    </Card>
  )
}

function Downloads({ account, from, to }: Period & { readonly account: string }) {
  const { t } = useSpoken()
  const client = useApolloClient()
  const [busy, setBusy] = useState<StatementFormat>()
  const [fault, setFault] = useState<string>()
  const download = async (format: StatementFormat): Promise<void> => {
    setBusy(format)
    setFault(undefined)
    const { data } = await client
      .query({
        query: StatementLinkDocument,
        variables: { id: account, from, to, format },
        fetchPolicy: 'no-cache',
      })
      .catch(() => ({ data: undefined }))
    setBusy(undefined)
    const url = data?.account?.statement.download.url
    if (url === undefined) return setFault(t.outage.failed)
    location.assign(url) // a file: the page stays
  }
  return (
    <>
      <Fault>{fault}</Fault>
      <div className="actions">
        {formats.map(([format, name]) => (
          <Button key={format} isPending={busy === format} onPress={() => void download(format)}>
            <Download size={18} aria-hidden="true" /> {name}
          </Button>
        ))}
      </div>
    </>
  )
}
