/** Holds: payee, expiry, and actions that end them. */
import { useQuery } from '@apollo/client/react'
import { useState } from 'react'
import { formatInstant } from '../format/dates.ts'
import { formatMoney } from '../format/money.ts'
import { CaptureDocument, type HoldFactsFragment, HoldsDocument, ReleaseDocument } from '../generated/graphql.ts'
import { HelpCard } from '../help/card.tsx'
import { useSpoken } from '../messages/messages.tsx'
import { WithAccounts } from '../pay/accounts-first.tsx'
import { Confirm } from '../ui/confirm.tsx'
import { Choice } from '../ui/fields.tsx'
import { LinkButton } from '../ui/links.tsx'
import { Listed, Rows } from '../ui/listed.tsx'
import { useOnce } from '../ui/once.ts'
import { Card, Money, Page } from '../ui/ui.tsx'

export default function HoldsPage() {
  const { t } = useSpoken()
  const [chosen, choose] = useState<string>()
  return (
    <Page title={t.holds.title} lead={t.holds.lead} actions={<LinkButton href="/holds/new">{t.holds.new}</LinkButton>}>
      <WithAccounts isOpenOnly={false}>
        {(accounts) => {
          const id = chosen ?? accounts[0]?.id ?? ''
          return (
            <>
              <div className="choices">
                <Choice
                  label={t.insights.account}
                  value={id}
                  onChange={choose}
                  options={accounts.map(({ id, name }) => [id, name])}
                />
              </div>
              <HoldList key={id} account={id} />
            </>
          )
        }}
      </WithAccounts>
      <HelpCard slug="holds-and-available-balance" />
    </Page>
  )
}

function HoldList({ account }: { readonly account: string }) {
  const { t } = useSpoken()
  const query = useQuery(HoldsDocument, {
    variables: { account },
    fetchPolicy: 'cache-and-network',
  })
  return (
    <Card>
      <Listed query={query} connection={query.data?.account?.holds} empty={t.holds.empty}>
        {(nodes) => <Rows nodes={nodes}>{(node) => <Hold hold={node} />}</Rows>}
      </Listed>
    </Card>
  )
}

function Hold({ hold }: { readonly hold: HoldFactsFragment }) {
  const { t, locale } = useSpoken()
  const { id, status, amount, held, to, reference, createdAt, expiresAt } = hold
  const capture = useOnce(CaptureDocument, ['Payers'])
  const release = useOnce(ReleaseDocument, ['Payers'])
  const when = status === 'PENDING' && expiresAt ? t.holds.until(formatInstant(expiresAt, locale)) : ''
  const sum = formatMoney(held ?? amount, locale)
  return (
    <li className="row row-wrap">
      <div className="row-what">
        <strong>{to.name}</strong>
        <span className="quiet">{[reference, formatInstant(createdAt, locale), when].filter(Boolean).join(' · ')}</span>
      </div>
      <div className="row-money">
        <Money value={status === 'POSTED' ? amount : (held ?? amount)} />
        <span className={status === 'PENDING' ? 'tag' : 'quiet'}>{t.holds.states[status]}</span>
      </div>
      {status === 'PENDING' && (
        <div className="row-actions">
          <Confirm
            action={t.holds.capture}
            title={t.holds.captureTitle(sum, to.name)}
            request={capture}
            variables={{ input: { transferId: id } }}
          />
          <Confirm
            action={t.holds.release}
            title={t.holds.releaseTitle(sum, to.name)}
            request={release}
            variables={{ input: { transferId: id } }}
          />
        </div>
      )}
    </li>
  )
}
