/** The outcome of a request to the bank, in words. */
import { CombinedGraphQLErrors } from '@apollo/client/errors'
import type { ReactNode } from 'react'
import { CarriedOutError, OutcomeUnknownError } from '../../../connection/errors.ts'
import type { Messages } from '../messages/en.ts'
import { useMessages } from '../messages/messages.tsx'

export interface Refusal {
  readonly code: string
  readonly message: string
}

/** In the user's language if it has this code, otherwise in the bank's words. */
export const refusalText = ({ code, message }: Refusal, t: Messages): string => t.refusals[code] ?? message

/** Why a mutation has no outcome to show. */
export function failureText(error: unknown, t: Messages): string {
  if (error instanceof OutcomeUnknownError) return t.outcome.unknown
  if (error instanceof CarriedOutError) return t.outcome.carriedOut
  if (CombinedGraphQLErrors.is(error)) {
    const [first] = error.errors
    const code = String(first?.extensions?.['code'])
    return t.faults[code] ?? first?.message ?? t.outcome.failed
  }
  return t.outcome.failed
}

export const Fault = ({ children }: { readonly children: ReactNode }) => (
  <div role="alert">{children && <p className="notice notice-loud">{children}</p>}</div>
)

export function Done({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  const t = useMessages()
  return (
    <div className="done" role="status">
      <p className="done-title">
        <span aria-hidden="true">✓</span> {title}
      </p>
      {children}
      <p className="sr">{t.outcome.done}</p>
    </div>
  )
}
