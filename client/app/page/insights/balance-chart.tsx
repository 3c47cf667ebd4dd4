/** A chart of the balance; the table below it has the figures. */
// MIT.
import { Area, AreaChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts'
import { formatDay } from '../format/dates.ts'
import { formatMoney, numberOf } from '../format/money.ts'
import { useSpoken } from '../messages/messages.tsx'
import type { BalanceOfDay } from './balances.ts'

export default function BalanceChart({ points }: { readonly points: readonly BalanceOfDay[] }) {
  const { t, locale } = useSpoken()
  const currency = points[0]?.balance.currency ?? 'EUR'
  const data = points.map(({ day, balance }) => ({ at: Date.parse(day), value: numberOf(balance), day, balance }))
  const short = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    notation: 'compact',
    maximumFractionDigits: 1,
  })
  const month = (at: number): string =>
    formatDay(new Date(at).toISOString().slice(0, 10), locale, { day: undefined, month: 'short', year: undefined })
  return (
    <div className="chart">
      <ResponsiveContainer width="100%" height={280}>
        <AreaChart data={data} margin={{ top: 12, right: 12, bottom: 0, left: 0 }} title={t.insights.balance}>
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis
            dataKey="at"
            type="number"
            scale="time"
            domain={['dataMin', 'dataMax']}
            ticks={data.filter(({ day }) => day.endsWith('-01')).map(({ at }) => at)}
            tickFormatter={month}
            stroke="var(--quiet)"
            tickLine={false}
            axisLine={false}
            minTickGap={28}
            fontSize={13}
          />
          <YAxis
            tickFormatter={(value: number) => short.format(value)}
            stroke="var(--quiet)"
            tickLine={false}
            axisLine={false}
            width="auto"
            fontSize={13}
          />
          <Tooltip
            isAnimationActive={false}
            content={({ payload }) => {
              const point = payload?.[0]?.payload as (typeof data)[number] | undefined
              if (!point) return null
              return (
                <div className="tip">
                  <strong>{formatMoney(point.balance, locale)}</strong>
                  <span className="quiet">{formatDay(point.day, locale)}</span>
                </div>
              )
            }}
          />
          <Area
            dataKey="value"
            type="stepAfter"
            stroke="var(--accent)"
            strokeWidth={2}
            fill="var(--accent)"
            fillOpacity={0.12}
            isAnimationActive={false}
          />
        </AreaChart>
      </ResponsiveContainer>
    </div>
  )
}
