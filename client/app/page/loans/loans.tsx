/** The customer's loans. */
import { useQuery } from '@apollo/client/react'
import { Link } from 'wouter'
import { type LoanFactsFragment, LoansDocument } from '../generated/graphql.ts'
import { HelpCard } from '../help/card.tsx'
import { useSpoken } from '../messages/messages.tsx'
import { LinkButton } from '../ui/links.tsx'
import { Listed, Rows } from '../ui/listed.tsx'
import { Card, Money, Page } from '../ui/ui.tsx'
import { termsLine } from './terms.ts'

export default function LoansPage() {
  const { t } = useSpoken()
  const query = useQuery(LoansDocument, { fetchPolicy: 'cache-and-network' })
  return (
    <Page title={t.loans.title} lead={t.loans.lead} actions={<LinkButton href="/loans/new">{t.loans.new}</LinkButton>}>
      <Card>
        <Listed
          query={query}
          connection={query.data?.me?.loans}
          empty={t.loans.empty}
          isNobody={query.data?.me === null}
        >
          {(nodes) => <Rows nodes={nodes}>{(node) => <LoanRow loan={node} />}</Rows>}
        </Listed>
      </Card>
      <HelpCard slug="understand-a-loan-offer" />
    </Page>
  )
}

function LoanRow({ loan }: { readonly loan: LoanFactsFragment }) {
  const { t, locale } = useSpoken()
  const { id, purpose, principal, state } = loan
  return (
    <li className="row">
      <div className="row-what">
        <Link href={`/loans/${id}`}>{purpose || t.loans.nameless}</Link>
        <span className="quiet">{termsLine(loan, t, locale)}</span>
      </div>
      <div className="row-money">
        <Money value={principal} />
        <span className="tag">{t.loans.states[state]}</span>
      </div>
    </li>
  )
}
