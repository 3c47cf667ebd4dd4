/** A table that scrolls or stacks if it is too wide for a phone. */
import type { ReactNode } from 'react'

interface TableProps {
  readonly label: string
  /** Names of the columns: the first is text, the others are figures. */
  readonly columns: readonly string[]
  /** `<tbody>` elements. */
  readonly children: ReactNode
  /** True: it also scrolls vertically, within a fixed height. */
  readonly isLong?: boolean
  /** Each row is a list on a phone; its cells have their column's name as `data-label`. */
  readonly isStacked?: boolean
}

export const Table = ({ label, columns, children, isLong = false, isStacked = false }: TableProps) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
  <section className={isLong ? 'wide tall' : 'wide'} tabIndex={0} aria-label={label}>
    <table className={isStacked ? 'table stacked' : 'table'}>
      <thead>
        <tr>
          {columns.map((name, at) => (
            <th key={name} scope="col" className={at > 0 ? 'end' : undefined}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      {children}
    </table>
  </section>
)
