/** The instalments of a loan, one after the other. */
import { formatDay } from '../format/dates.ts'
import type { LoanPlanFragment } from '../generated/graphql.ts'
import { useSpoken } from '../messages/messages.tsx'
import { Money } from '../ui/ui.tsx'

export function Plan({ schedule }: { readonly schedule: readonly LoanPlanFragment[] }) {
  const { t, locale } = useSpoken()
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section className="wide tall" tabIndex={0} aria-label={t.loans.schedule}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t.loans.due}</th>
            <th scope="col" className="end">
              {t.loans.payment}
            </th>
            <th scope="col" className="end">
              {t.loans.interest}
            </th>
            <th scope="col" className="end">
              {t.loans.principal}
            </th>
            <th scope="col" className="end">
              {t.loans.left}
            </th>
          </tr>
        </thead>
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
      </table>
    </section>
  )
}
