/** Says at start which services lose what follows from being stateless. */
import type { Logger } from '../../platform/process/log.ts'
import type { HeaderRule } from '../config/sections/headers.ts'
import { tellsCaller } from './to-service.ts'

interface Service {
  readonly definition: {
    readonly name: string
    readonly kind: 'stateful' | 'stateless'
    readonly headers?: readonly HeaderRule[] | undefined
  }
}

export function tellUnshared(services: readonly Service[], log: Logger): void {
  const names = services.flatMap(({ definition: { name, kind, headers } }) =>
    kind === 'stateless' && tellsCaller(headers) ? [name] : [],
  )
  if (names.length === 0) return
  const which = names.length === 1 ? 'service' : 'services'
  log.warn(
    { services: names },
    `header rules tell the stateless ${which} ${names.join(', ')} of callers: nothing of the answers is shared or cached`,
  )
}
