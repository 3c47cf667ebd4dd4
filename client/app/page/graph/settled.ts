/**
 * Outcomes of payments whose screen no longer waits: after a reload, a long silence, or on another
 * screen.
 */
import { useSyncExternalStore } from 'react'
import type { Answer } from '../../../connection/answer.ts'
import type { Pending } from '../../../connection/outbox.ts'

export interface Settled {
  readonly id: string
  readonly input: Readonly<Record<string, unknown>>
  /** Why the bank refused; `undefined` if it did what was asked. */
  readonly refusal: { readonly code: string; readonly message: string } | undefined
}

let all: readonly Settled[] = []
const listeners = new Set<() => void>()

function show(next: readonly Settled[]): void {
  all = next
  for (const listener of listeners) listener()
}

export const asRecord = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}

export function tellSettled({ id, variables }: Pending, { data, errors }: Answer): void {
  const outcome = asRecord(Object.values(data ?? {})[0])
  const failure = errors?.[0] && { code: String(errors[0].extensions?.['code']), message: errors[0].message }
  const refusal =
    typeof outcome['code'] === 'string' ? { code: outcome['code'], message: String(outcome['message']) } : failure
  show([...all, { id, input: asRecord(variables['input']), refusal }])
}

let outcomes = 0

/** Reports the outcome of a request whose screen was left meanwhile. */
export function tellOutcome(input: unknown, refusal: Settled['refusal']): void {
  outcomes += 1
  show([...all, { id: `outcome ${outcomes}`, input: asRecord(input), refusal }])
}

export const dismissSettled = (id: string): void => show(all.filter((one) => one.id !== id))

export const useSettled = (): readonly Settled[] =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => all,
  )
