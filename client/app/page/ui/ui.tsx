/** Small parts that every screen uses. */
import { type ReactNode, useState } from 'react'
import { Button as AriaButton, type ButtonProps } from 'react-aria-components'
import { type Amount, formatMoney, formatSigned } from '../format/money.ts'
import { useMessages, useSpoken } from '../messages/messages.tsx'

interface OwnButtonProps extends ButtonProps {
  readonly look?: 'main' | 'plain' | 'quiet'
  readonly children: ReactNode
}

/**
 * While pending it ignores presses, keeps the focus, and announces its text. It does so itself: the
 * library's announcement refers to the button, which may be gone a moment later.
 */
export function Button({ look = 'plain', isPending, onPress, type, children, ...props }: OwnButtonProps) {
  const [isFocused, setFocused] = useState(false)
  const does = isPending ? { 'aria-disabled': true } : { type, onPress }
  return (
    <>
      <AriaButton
        {...props}
        {...(does as ButtonProps)}
        className={`button button-${look} ${props.className ?? ''}`}
        onFocusChange={setFocused}
      >
        {children}
      </AriaButton>
      {isPending !== undefined && (
        <span className="sr" role="status">
          {isPending && isFocused && children}
        </span>
      )}
    </>
  )
}

export function Money({
  value,
  isSigned,
}: {
  readonly value: Amount
  readonly isSigned?: 'CREDIT' | 'DEBIT' | undefined
}) {
  const { locale } = useSpoken()
  const text = isSigned ? formatSigned(value, isSigned === 'CREDIT', locale) : formatMoney(value, locale)
  return <span className={isSigned === 'CREDIT' ? 'money money-in' : 'money'}>{text}</span>
}

/** Grey lines in the place of what is loading. */
export function Skeleton({ lines = 3 }: { readonly lines?: number }) {
  const { loading } = useMessages()
  return (
    <div className="skeleton" role="status" aria-label={loading}>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} />
      ))}
    </div>
  )
}

export const Empty = ({ children }: { readonly children: ReactNode }) => <p className="empty">{children}</p>

/** Shown instead of something that could not be loaded. */
export function Failed({ onRetry }: { readonly onRetry: () => void }) {
  const t = useMessages()
  return (
    <div className="failed" role="alert">
      <p>{t.outage.failed}</p>
      <Button onPress={onRetry}>{t.retry}</Button>
    </div>
  )
}

interface PageProps {
  readonly title: string
  readonly lead?: ReactNode
  readonly actions?: ReactNode
  readonly children: ReactNode
}

export function Page({ title, lead, actions, children }: PageProps) {
  const t = useMessages()
  return (
    <>
      <title>{`${title} – ${t.bank}`}</title>
      <header className="page-head">
        <div>
          <h1>{title}</h1>
          {lead && <p className="lead">{lead}</p>}
        </div>
        {actions && <div className="actions">{actions}</div>}
      </header>
      {children}
    </>
  )
}

export const Card = ({ title, children }: { readonly title?: string; readonly children: ReactNode }) => (
  <section className="card">
    {title && <h2>{title}</h2>}
    {children}
  </section>
)

interface LoadedProps<Value> {
  readonly value: Value | undefined
  readonly isEmpty?: boolean | undefined
  readonly empty: string
  readonly error: unknown
  readonly onRetry: () => unknown
  readonly lines?: number
  readonly children: (value: Value) => ReactNode
}

/** Shows a value, or the reason why there is none. */
export function Loaded<Value>({ value, isEmpty, empty, error, onRetry, lines = 6, children }: LoadedProps<Value>) {
  if (value !== undefined && !isEmpty) return children(value)
  if (error) return <Failed onRetry={onRetry} />
  if (isEmpty) return <Empty>{empty}</Empty>
  return <Skeleton lines={lines} />
}

/** Names with their values. */
export const Facts = ({ facts }: { readonly facts: readonly (readonly [name: string, value: ReactNode])[] }) => (
  <dl className="facts">
    {facts.map(([name, value]) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
)
