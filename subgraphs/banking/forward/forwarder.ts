/** Sends requests to the instance that writes, while another one does and can be reached. */
import type { Standing } from '../election/standing.ts'
import type { Forward } from '../ledger/ledger.ts'
import { createLink, type Link, type Sent } from './link.ts'
import { signingSecret } from './wire.ts'

interface Forwarder {
  readonly forward: Forward
  /**
   * Call it with each change of who is known to write: what was sent to the last writer has an
   * unknown outcome.
   */
  follow(standing: Standing): void
  close(): void
}

interface ForwarderOptions {
  /** The gateway's. */
  readonly secret: string
  readonly dialect: string
  readonly onSent?: (sent: Sent) => void
  /** Milliseconds to wait for an answer. */
  readonly answerTimeout?: number
}

export function createForwarder(options: ForwarderOptions): Forwarder {
  const { secret, dialect, onSent = () => undefined, answerTimeout = 15_000 } = options
  let link: Link | undefined

  const follow = (next: Standing): void => {
    link?.close()
    link = undefined
    if (next.role !== 'follower' || next.address === null) return
    link = createLink({
      address: next.address,
      secret: signingSecret(secret, next.key),
      dialect,
      answerTimeout,
      onSent,
    })
  }
  return {
    forward: (request, weight) => (link?.isUsable() ? link.send(request, weight) : undefined),
    follow,
    close: () => follow({ role: 'unknown' }),
  }
}
