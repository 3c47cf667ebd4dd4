/**
 * Logs at start what header rules cost: the sharing and caching of stateless services, and headers
 * of clients.
 */
import type { Logger } from '../../platform/process/log.ts'
import type { ClientHeaderRule, HeaderRule } from '../config/sections/headers.ts'
import { tellsCaller } from './to-service.ts'

interface Settings {
  readonly services: readonly {
    readonly definition: {
      readonly name: string
      readonly kind: 'stateful' | 'stateless'
      readonly headers?: readonly HeaderRule[] | undefined
    }
  }[]
  readonly clientHeaders: readonly ClientHeaderRule[]
}

export function tellHeaderRules({ services, clientHeaders }: Settings, log: Logger): void {
  const stateless = services.map(({ definition }) => definition).filter(({ kind }) => kind === 'stateless')
  const tell = (names: readonly string[], line: (which: string) => string): void => {
    if (names.length === 0) return
    log.warn({ services: names }, line(`${names.length === 1 ? 'service' : 'services'} ${names.join(', ')}`))
  }
  const namesOf = (isTold: boolean) =>
    stateless.flatMap(({ name, headers }) => (tellsCaller(headers) === isTold ? [name] : []))
  tell(
    namesOf(true),
    (which) => `header rules tell the stateless ${which} of callers: nothing of the answers is shared or cached`,
  )
  if (clientHeaders.some(({ forward }) => forward === 'set-cookie'))
    tell(namesOf(false), (which) => `no client gets cookies of the stateless ${which}: their answers are for all`)
}
