/** Asks the gateway once a second which services run, while somebody looks. */
import { useEffect, useState } from 'react'
import type { ControlledServices, ControlRequest } from '../../../../platform/process/control.ts'

const EVERY = 1_000 // milliseconds

interface Shown {
  /** `undefined` before the first answer. */
  readonly services: ControlledServices | undefined
  /** Why there is no newer answer, for people. */
  readonly fault: string | undefined
}

export function useServices(): Shown & { send(request: ControlRequest): void } {
  const [shown, show] = useState<Shown>({ services: undefined, fault: undefined })
  const ask = async (request?: ControlRequest): Promise<void> => {
    try {
      const services = await call(request)
      show({ services, fault: undefined })
    } catch (error) {
      const fault = error instanceof Error ? error.message : 'The gateway does not answer.'
      show(({ services }) => ({ services, fault }))
    }
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: `ask` keeps nothing of a rendering
  useEffect(() => {
    void ask()
    const timer = setInterval(() => void ask(), EVERY)
    return () => clearInterval(timer)
  }, [])
  return { ...shown, send: (request) => void ask(request) }
}

async function call(request: ControlRequest | undefined): Promise<ControlledServices> {
  const post = request && {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  }
  const response = await fetch('/demo/services', post).catch(() => undefined)
  if (!response) throw new Error('The gateway does not answer. Asking again.')
  const answer = await response.json()
  if (response.ok) return answer
  throw new Error(answer.errors?.[0]?.message ?? `The gateway answered ${response.status}.`)
}
