/**
 * Keeps the input of a form in this tab until it is sent, through reloads, other screens and the
 * end of a sign-in. Each user has their own, which a sign-out removes.
 */
import { useRef, useState } from 'react'
import { session, useUser } from '../sign-in/session.ts'

const KIND = 'tributary-app:typed:'

type Fields<Form> = { readonly [Field in keyof Form]: string }

/** The kept input of a form, for its request. */
export interface Typed {
  forget(): void
  /** The request had no effect: keeps the input. */
  keep(): void
}

/** @param given replaces the kept input */
export function useTyped<Form extends Fields<Form>>(
  name: string,
  empty: Form,
  given: Partial<Form> = {},
): readonly [Form, (form: Form) => void, Typed] {
  const key = `${KIND}${useUser()?.subject}:${name}`
  const [form, show] = useState<Form>(() => ({ ...empty, ...keptOf(key, empty), ...given }))
  const latest = useRef(form)
  const keep = (): void => write(key, JSON.stringify(latest.current))
  const set = (next: Form): void => {
    latest.current = next
    show(next)
    keep()
  }
  return [form, set, { forget: () => sessionStorage.removeItem(key), keep }]
}

export function forgetTyped(): void {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(KIND)) sessionStorage.removeItem(key)
}

session.subscribe(() => {
  const now = session.state()
  if (now.state === 'signedOut' && now.why === 'elsewhere') forgetTyped()
})

/** Only fields that this form has: an older release of the page may have kept others. */
function keptOf<Form extends Fields<Form>>(key: string, empty: Form): Partial<Form> {
  const kept: unknown = JSON.parse(sessionStorage.getItem(key) ?? '{}')
  const isField = ([field, value]: readonly [string, unknown]): boolean =>
    Object.hasOwn(empty, field) && typeof value === 'string'
  return Object.fromEntries(Object.entries(Object(kept)).filter(isField)) as Partial<Form>
}

function write(key: string, text: string): void {
  try {
    sessionStorage.setItem(key, text)
  } catch {
    // Storage is full: the input lasts until the page is left.
  }
}
