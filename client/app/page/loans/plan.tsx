/** The instalments of a loan, one after the other. */
import { formatDay } from '../format/dates.ts'
import type { LoanPlanFragment } from '../generated/graphql.ts'
import { useSpoken } from '../messages/messages.tsx'
import { Table } from '../ui/table.tsx'
import { Money } from '../ui/ui.tsx'

export function Plan({ schedule }: { readonly schedule: readonly LoanPlanFragment[] }) {
  const { t, locale } = useSpoken()
  return (
    <Table
      isLong
      label={t.loans.schedule}
      columns={[t.loans.due, t.loans.payment, t.loans.interest, t.loans.principal, t.loans.left]}
    >
      <tbody>
        {schedule.map(({ number, dueOn, payment, interest, principal, balanceAfter, paid }) => (
          <tr key={number}>
            <td className="number">
              {formatDay(dueOn, locale, { month: 'short' })}
              {paid && <span className="tag tag-after">{t.loans.paid}</span>}
            </td>
            <td className="end">
              <Money value={payment} />
            </td>
            <td className="end">
              <Money value={interest} />
            </td>
            <td className="end">
              <Money value={principal} />
            </td>
            <td className="end">
              <Money value={balanceAfter} />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}
