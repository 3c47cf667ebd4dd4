/** One loan: debt, schedule, history, and actions. */
import { useQuery } from '@apollo/client/react'
import { formatInstant } from '../format/dates.ts'
import { OneLoanDocument, type OneLoanQuery } from '../generated/graphql.ts'
import { HelpCard } from '../help/card.tsx'
import { useSpoken } from '../messages/messages.tsx'
import { useUser } from '../sign-in/session.ts'
import { Found } from '../ui/found.tsx'
import { Back } from '../ui/links.tsx'
import { Card, Facts, Money, Page } from '../ui/ui.tsx'
import { LoanActions } from './actions.tsx'
import { Plan } from './plan.tsx'

type Loan = NonNullable<OneLoanQuery['loan']>

export default function LoanPage({ id }: { readonly id: string }) {
  const { t } = useSpoken()
  const query = useQuery(OneLoanDocument, { variables: { id }, fetchPolicy: 'cache-and-network' })
  return (
    <>
      <Back href="/loans">{t.loans.title}</Back>
      <Found query={query} value={query.data?.loan} missing={t.loans.notFound}>
        {(one) => <LoanOf loan={one} />}
      </Found>
    </>
  )
}

function LoanOf({ loan }: { readonly loan: Loan }) {
  const { t } = useSpoken()
  const user = useUser()
  const { id, state, borrower, purpose, principal, annualRate, instalments, account, position, schedule } = loan
  return (
    <Page title={purpose || t.loans.nameless} lead={t.loans.states[state]}>
      <Card>
        <p className="balance">
          <span className="quiet">{position ? t.loans.owed : t.loans.amount}</span>
          <Money value={position?.principal ?? principal} />
        </p>
        <Facts
          facts={[
            [t.loans.amount, <Money key="principal" value={principal} />],
            [t.loans.annualRate, t.loans.rate(annualRate)],
            [t.loans.instalments, `${instalments}`],
            [t.loans.account, account.name],
            ...(position
              ? [
                  [t.loans.accrued, <Money key="interest" value={position.interest} />] as const,
                  [t.loans.settlement, <Money key="settlement" value={position.settlement} />] as const,
                  [t.loans.arrears, <Money key="arrears" value={position.arrears} />] as const,
                ]
              : []),
          ]}
        />
        {borrower.id === user?.subject && (
          <LoanActions id={id} state={state} currency={principal.currency} settlement={position?.settlement} />
        )}
      </Card>
      <Card title={t.loans.schedule}>
        <Plan schedule={schedule} />
      </Card>
      <History loan={loan} />
      <HelpCard slug={state === 'ACTIVE' ? 'repay-a-loan-early' : 'understand-a-loan-offer'} />
    </Page>
  )
}

function History({ loan }: { readonly loan: Loan }) {
  const { t, locale } = useSpoken()
  return (
    <Card title={t.loans.history}>
      <ul className="rows">
        {loan.changes.edges.map(({ node: { number, action, at, amount, note } }) => (
          <li key={number} className="row">
            <div className="row-what">
              <strong>{t.loans.actions[action]}</strong>
              <span className="quiet">{[formatInstant(at, locale), note].filter(Boolean).join(' · ')}</span>
            </div>
            {amount && (
              <div className="row-money">
                <Money value={amount} />
              </div>
            )}
          </li>
        ))}
      </ul>
    </Card>
  )
}
