/** For officers: loans to be decided and paid out. */
import { useQuery } from '@apollo/client/react'
import { useState } from 'react'
import { Link } from 'wouter'
import { formatMoney } from '../format/money.ts'
import {
  ApproveLoanDocument,
  DisburseLoanDocument,
  type LoanState,
  LoansInStateDocument,
  type LoansInStateQuery,
  RejectLoanDocument,
} from '../generated/graphql.ts'
import { termsLine } from '../loans/terms.ts'
import { useMessages, useSpoken } from '../messages/messages.tsx'
import { Confirm } from '../ui/confirm.tsx'
import { Choice, TextBox } from '../ui/fields.tsx'
import { Listed, Rows } from '../ui/listed.tsx'
import { useOnce } from '../ui/once.ts'
import { Card, Money, Page } from '../ui/ui.tsx'

type Loan = LoansInStateQuery['loans']['edges'][number]['node']

const states: readonly LoanState[] = ['SUBMITTED', 'APPROVED', 'ACTIVE', 'OVERPAID', 'REJECTED', 'WITHDRAWN']

export default function DecisionsPage() {
  const t = useMessages()
  const [state, setState] = useState<LoanState>('SUBMITTED')
  const query = useQuery(LoansInStateDocument, {
    variables: { state },
    fetchPolicy: 'cache-and-network',
  })
  return (
    <Page title={t.officers.decisions} lead={t.officers.decisionsLead}>
      <div className="choices">
        <Choice
          label={t.officers.state}
          value={state}
          onChange={(value) => setState(value as LoanState)}
          options={states.map((one) => [one, t.loans.states[one]])}
        />
      </div>
      <Card>
        <Listed query={query} connection={query.data?.loans} empty={t.officers.nothing}>
          {(nodes) => <Rows nodes={nodes}>{(node) => <LoanRow loan={node} />}</Rows>}
        </Listed>
      </Card>
    </Page>
  )
}

function LoanRow({ loan }: { readonly loan: Loan }) {
  const { t, locale } = useSpoken()
  const { id, state, purpose, principal, borrower } = loan
  return (
    <li className="row row-wrap">
      <div className="row-what">
        <Link href={`/loans/${id}`}>{purpose || t.loans.nameless}</Link>
        <span className="quiet">
          <Link href={`/customers/${encodeURIComponent(borrower.id)}`}>{borrower.name}</Link>
          {' · '}
          {termsLine(loan, t, locale)}
        </span>
      </div>
      <div className="row-money">
        <Money value={principal} />
        <span className="tag">{t.loans.states[state]}</span>
      </div>
      <Decide loan={loan} />
    </li>
  )
}

function Decide({ loan }: { readonly loan: Loan }) {
  const { t, locale } = useSpoken()
  const [note, setNote] = useState('')
  const { id, state, principal, borrower } = loan
  const approve = useOnce(ApproveLoanDocument, ['LoansInState'])
  const reject = useOnce(RejectLoanDocument, ['LoansInState'])
  const disburse = useOnce(DisburseLoanDocument, ['LoansInState'])
  const input = { loanId: id, ...(note.trim() && { note: note.trim() }) }
  const sum = formatMoney(principal, locale)
  const noteField = (
    <TextBox label={t.officers.note} value={note} onChange={setNote} maxLength={140} hint={t.officers.noteHint} />
  )
  if (state === 'SUBMITTED')
    return (
      <div className="row-actions">
        <Confirm
          action={t.officers.approve}
          title={t.officers.approveTitle(sum, borrower.name)}
          request={approve}
          variables={{ input }}
        >
          {noteField}
        </Confirm>
        <Confirm
          action={t.officers.reject}
          title={t.officers.rejectTitle(sum, borrower.name)}
          request={reject}
          variables={{ input }}
        >
          {noteField}
        </Confirm>
      </div>
    )
  if (state !== 'APPROVED') return null
  return (
    <div className="row-actions">
      <Confirm
        action={t.officers.disburse}
        title={t.officers.disburseTitle(sum, borrower.name)}
        request={disburse}
        variables={{ input }}
      />
    </div>
  )
}
