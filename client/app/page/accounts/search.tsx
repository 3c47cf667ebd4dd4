/** The search form of entries. */
import { SlidersHorizontal } from 'lucide-react'
import { useState } from 'react'
import { useSpoken } from '../messages/messages.tsx'
import { Choice, TextBox } from '../ui/fields.tsx'
import { Button } from '../ui/ui.tsx'
import { everything, type Wanted } from './filter.ts'

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
