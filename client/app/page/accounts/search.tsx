/** The search form of entries. */
import { SlidersHorizontal } from 'lucide-react'
import { useState } from 'react'
import { addDays } from '../format/dates.ts'
import type { EntryFilter } from '../generated/graphql.ts'
import { useSpoken } from '../messages/messages.tsx'
import { parseAmount } from '../money/parse.ts'
import { Choice, TextBox } from '../ui/fields.tsx'
import { Button } from '../ui/ui.tsx'

/** The search as typed. */
export interface Wanted {
  readonly text: string
  readonly category: string
  readonly direction: '' | 'DEBIT' | 'CREDIT'
  readonly from: string
  readonly to: string
  readonly least: string
  readonly most: string
}

export const everything: Wanted = { text: '', category: '', direction: '', from: '', to: '', least: '', most: '' }

/** The bank requires three letters at least. */
const LEAST_TEXT = 3

/** `undefined` for no filter. Leaves out incomplete input. */
export function filterOf(wanted: Wanted, currency: string, locale: string): EntryFilter | undefined {
  const { text, category, direction, from, to } = wanted
  const least = parseAmount(wanted.least, currency, locale)
  const most = parseAmount(wanted.most, currency, locale)
  const isRange = !(least !== undefined && most !== undefined && BigInt(least) > BigInt(most))
  const filter: EntryFilter = {
    ...(text.trim().length >= LEAST_TEXT && { text: text.trim() }),
    ...(category && { category }),
    ...(direction && { direction }),
    ...(from && { from: `${from}T00:00:00Z` }),
    ...(to && { to: `${addDays(to, 1)}T00:00:00Z` }),
    ...(isRange && least !== undefined && { minAmount: least }),
    ...(isRange && most !== undefined && { maxAmount: most }),
  }
  return Object.keys(filter).length === 0 ? undefined : filter
}

interface SearchProps {
  readonly wanted: Wanted
  readonly currency: string
  readonly onChange: (wanted: Wanted) => void
}

export function EntrySearch({ wanted, currency, onChange }: SearchProps) {
  const { t } = useSpoken()
  const [isOpen, setOpen] = useState(false)
  const set = (change: Partial<Wanted>): void => onChange({ ...wanted, ...change })
  const isFiltered = Object.values(wanted).some((value) => value !== '')
  const categories = Object.entries(t.categories).filter(([name]) => name !== 'other')
  return (
    <search className="search">
      <div className="search-line">
        <TextBox
          label={t.search.text}
          value={wanted.text}
          onChange={(text) => set({ text })}
          type="search"
          maxLength={64}
        />
        <Button aria-expanded={isOpen} onPress={() => setOpen(!isOpen)}>
          <SlidersHorizontal size={18} aria-hidden="true" /> {t.search.more}
        </Button>
      </div>
      {isOpen && (
        <div className="search-more">
          <Choice
            label={t.search.category}
            value={wanted.category}
            onChange={(category) => set({ category })}
            options={[['', t.search.any], ...categories]}
          />
          <Choice
            label={t.search.direction}
            value={wanted.direction}
            onChange={(direction) => set({ direction: direction as Wanted['direction'] })}
            options={[
              ['', t.search.any],
              ['DEBIT', t.search.out],
              ['CREDIT', t.search.in],
            ]}
          />
          <TextBox label={t.search.from} value={wanted.from} onChange={(from) => set({ from })} type="date" />
          <TextBox label={t.search.to} value={wanted.to} onChange={(to) => set({ to })} type="date" />
          <TextBox
            label={t.search.least(currency)}
            value={wanted.least}
            onChange={(least) => set({ least })}
            inputMode="decimal"
          />
          <TextBox
            label={t.search.most(currency)}
            value={wanted.most}
            onChange={(most) => set({ most })}
            inputMode="decimal"
          />
        </div>
      )}
      {isFiltered && (
        <Button look="quiet" onPress={() => onChange(everything)}>
          {t.search.clear}
        </Button>
      )}
    </search>
  )
}
