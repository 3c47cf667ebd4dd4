/**
 * Makes this instance one of several of which one writes: the lease, forwarding to the writer, and
 * receiving from the others if it is the writer.
 */
import type { Logger } from '../../platform/process/log.ts'
import { type Lease, startLease } from './election/lease.ts'
import { type Standing, UNKNOWN } from './election/standing.ts'
import { createForwarder } from './forward/forwarder.ts'
import type { Sent } from './forward/link.ts'
import { createReceiver, type Receive } from './forward/receiver.ts'
import { dialectOf } from './forward/wire.ts'
import type { Forward, Ledger } from './ledger/ledger.ts'
import type { LedgerParts } from './ledger/part.ts'
import type { Election } from './ledger/writer.ts'

interface OneWriter {
  readonly election: Election
  readonly forward: Forward
  /** True while another instance writes. */
  isElsewhere(): boolean
  /** Milliseconds since a renewal of the lease was last seen; undefined if none was. */
  leaseAge(): number | undefined
  /** The functions for the service: for the gateway, for the others, and for its own life cycle. */
  serving(ledger: Pick<Ledger, 'submit'>): Serving
  close(): void
}

interface Serving {
  readonly post: Receive
  writes(): boolean
  /** The instance listens, and may be elected from now on. @param url where it listens */
  listening(url: string): void
  /** Gives the lease back. */
  retire(): Promise<void>
}

interface OneWriterOptions {
  /** URL of the database. */
  readonly url: string
  /** Under which the ledger's connections are marked. */
  readonly instance: number
  readonly parts: LedgerParts
  /** The gateway's. */
  readonly secret: string
  /** Address at which others reach this instance, if not where it listens. */
  readonly address: string | undefined
  readonly log: Logger
  readonly onStanding: (standing: Standing) => void
  readonly onSent: (sent: Sent) => void
}

export function createOneWriter(options: OneWriterOptions): OneWriter {
  const { url, instance, parts, secret, log, onStanding, onSent } = options
  const dialect = dialectOf(parts)
  const forwarder = createForwarder({ secret, dialect, onSent })
  let lease: Lease | undefined
  const standing = (): Standing => lease?.standing() ?? UNKNOWN
  const join = (listens: string): void => {
    const address = options.address ?? reachable(listens)
    if (address === null)
      log.warn(
        { url: listens },
        'INSTANCE_URL is unset: other instances cannot forward to this one, and write beside it',
      )
    const onChange = (next: Standing): void => {
      forwarder.follow(next)
      onStanding(next)
    }
    lease = startLease({ url, instance, address, log, onChange })
  }
  return {
    election: { standing, lost: (token) => lease?.lost(token) },
    forward: forwarder.forward,
    isElsewhere: () => standing().role === 'follower',
    leaseAge: () => lease?.age(),
    serving: (ledger) => ({
      post: createReceiver({ standing, ledger, secret, dialect, log }),
      writes: () => standing().role === 'writer',
      listening: join,
      async retire() {
        await lease?.stop()
      },
    }),
    close: forwarder.close,
  }
}

/** Null for the address of every interface, which says not how to reach it. */
const reachable = (url: string): string | null => (['0.0.0.0', '[::]'].includes(new URL(url).hostname) ? null : url)
