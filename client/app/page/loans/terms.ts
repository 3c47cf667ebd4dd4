/** The cost and the term of a loan, in one line. */
import { formatDay } from '../format/dates.ts'
import type { LoanFactsFragment } from '../generated/graphql.ts'
import type { Messages } from '../messages/en.ts'

type Terms = Pick<LoanFactsFragment, 'annualRate' | 'instalments' | 'submittedAt'>

export const termsLine = ({ annualRate, instalments, submittedAt }: Terms, t: Messages, locale: string): string =>
  [t.loans.rate(annualRate), t.insights.months(instalments), formatDay(submittedAt.slice(0, 10), locale)].join(' · ')
