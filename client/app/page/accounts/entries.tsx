/** An account's entries, day by day, as far back as the reader goes. */
import { useQuery } from '@apollo/client/react'
import { addDays, dayOf, formatDay, today } from '../format/dates.ts'
import {
  EntriesDocument,
  type EntryFactsFragment,
  type EntryFilter,
  WeatherOfDayDocument,
} from '../generated/graphql.ts'
import { useSpoken } from '../messages/messages.tsx'
import { More } from '../ui/more.tsx'
import { Empty, Failed, Money, Skeleton } from '../ui/ui.tsx'
import { SkyPicture } from '../ui/weather.tsx'

interface EntryListProps {
  readonly account: string
  /** `undefined`: all of them. */
  readonly filter: EntryFilter | undefined
}

export function EntryList({ account, filter }: EntryListProps) {
  const { t } = useSpoken()
  const { data, error, loading, fetchMore, refetch } = useQuery(EntriesDocument, {
    variables: { id: account, ...(filter && { filter }) },
    notifyOnNetworkStatusChange: true,
  })
  const connection = data?.account?.entries
  if (!connection) return error ? <Failed onRetry={() => void refetch()} /> : <Skeleton lines={8} />
  const entries = connection.edges.map(({ node }) => node)
  const { hasNextPage, endCursor } = connection.pageInfo
  const more = (): void => {
    if (!loading) void fetchMore({ variables: { after: endCursor } }).catch(() => undefined)
  }
  if (entries.length === 0) return <Empty>{filter ? t.search.nothing : t.entries.empty}</Empty>
  return (
    <>
      {daysOf(entries).map(([day, ofDay]) => (
        <DayOfEntries key={day} day={day} entries={ofDay} />
      ))}
      <p className="sr" role="status">
        {t.entries.loaded(entries.length)}
      </p>
      {hasNextPage ? <More isLoading={loading} onMore={more} /> : <Empty>{t.entries.end}</Empty>}
    </>
  )
}

function daysOf(entries: readonly EntryFactsFragment[]): readonly (readonly [string, readonly EntryFactsFragment[]])[] {
  return [...Map.groupBy(entries, ({ postedAt }) => dayOf(postedAt))]
}

function DayOfEntries({ day, entries }: { readonly day: string; readonly entries: readonly EntryFactsFragment[] }) {
  const { t, locale } = useSpoken()
  const names: Readonly<Record<string, string>> = {
    [today()]: t.entries.today,
    [addDays(today(), -1)]: t.entries.yesterday,
  }
  return (
    <section className="day">
      <h3>{names[day] ?? formatDay(day, locale, { weekday: 'long' })}</h3>
      <ul className="rows">
        {entries.map((entry) => (
          <Entry key={entry.id} entry={entry} />
        ))}
      </ul>
    </section>
  )
}

function Entry({ entry }: { readonly entry: EntryFactsFragment }) {
  const { t } = useSpoken()
  const { transfer, direction, amount, balanceAfter, postedAt } = entry
  const { merchant, reference, kind, from, to } = transfer
  const other = merchant?.name ?? (direction === 'DEBIT' ? to.name : from.name)
  const what = merchant ? (t.categories[merchant.category] ?? merchant.category) : t.entries.kinds[kind]
  return (
    <li className="row">
      <div className="row-what">
        <strong>{other}</strong>
        <span className="quiet">
          {[what, reference].filter(Boolean).join(' · ')}
          {merchant?.city && (
            <>
              {' · '}
              <span className="place">
                {merchant.city.name}
                <DayWeather city={merchant.city.id} day={dayOf(postedAt)} />
              </span>
            </>
          )}
        </span>
      </div>
      <div className="row-money">
        <Money value={amount} isSigned={direction} />
        <span className="quiet">
          <span className="sr">{t.entries.balanceAfter} </span>
          <Money value={balanceAfter} />
        </span>
      </div>
    </li>
  )
}

function DayWeather({ city, day }: { readonly city: string; readonly day: string }) {
  const { language } = useSpoken()
  const { data } = useQuery(WeatherOfDayDocument, { variables: { city, day, language }, errorPolicy: 'none' })
  const on = data?.city?.weather?.on
  return on ? <SkyPicture {...on} temperature={on.temperatureMax} /> : null
}
