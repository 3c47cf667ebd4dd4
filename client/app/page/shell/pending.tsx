/** Pending requests to the bank, and their outcomes. */
import { useEffect, useState } from 'react'
import type { Pending } from '../../../connection/outbox.ts'
import { formatMoney } from '../format/money.ts'
import { usePending } from '../graph/graph.tsx'
import { dismissSettled, useSettled } from '../graph/settled.ts'
import { useSpoken } from '../messages/messages.tsx'
import { refusalText } from '../ui/outcome.tsx'
import { Button } from '../ui/ui.tsx'

/** Milliseconds after which an answer is late. */
const LATE = 2_500

export function PendingNotices() {
  const { t, locale } = useSpoken()
  const late = useLate(usePending())
  const settled = useSettled()
  const amountOf = (input: Readonly<Record<string, unknown>>): string => {
    const { amount, currency } = input
    return typeof amount === 'string' && typeof currency === 'string' ? formatMoney({ amount, currency }, locale) : ''
  }
  return (
    <div role="status">
      {late.map(({ id, variables }) => (
        <p className="notice" key={id}>
          {t.outcome.waiting(amountOf((variables['input'] ?? {}) as Readonly<Record<string, unknown>>))}
        </p>
      ))}
      {settled.map(({ id, input, refusal }) => (
        <div className={refusal ? 'notice notice-loud' : 'notice'} key={id}>
          <p>
            {refusal
              ? `${t.outcome.refused(amountOf(input))} ${refusalText(refusal, t)}`
              : t.outcome.settled(amountOf(input))}
          </p>
          <Button look="quiet" onPress={() => dismissSettled(id)}>
            {t.close}
          </Button>
        </div>
      ))}
    </div>
  )
}

function useLate(pending: readonly Pending[]): readonly Pending[] {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    setNow(Date.now())
    const timer = setTimeout(() => setNow(Date.now()), LATE + 100)
    return () => clearTimeout(timer)
  }, [pending])
  return pending.filter(({ startedAt }) => now - startedAt > LATE)
}
