/** The field of a standing order's last day; empty: it has no end. */
import { useMessages } from '../messages/messages.tsx'
import { TextBox } from '../ui/fields.tsx'

interface LastDayProps {
  readonly value: string
  readonly onChange: (value: string) => void
  /** The earliest. */
  readonly min: string
  readonly fault: string | undefined
}

export function LastDay(props: LastDayProps) {
  const t = useMessages()
  return <TextBox {...props} label={t.orders.until} type="date" hint={t.orders.noEnd} />
}
