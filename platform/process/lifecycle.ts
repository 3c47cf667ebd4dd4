/**
 * The life of a process: starting → ready → draining → stopped, driven by signals and by the death
 * of its supervisor.
 */
import type { Logger } from './log.ts'
import { StartRefused } from './settings.ts'

export type LifecycleState = 'starting' | 'ready' | 'draining' | 'stopped'

/** What the `main.ts` of every process hands over: how to end it without losing a request. */
export interface RunningProcess {
  /** Refuses new work, finishes work in flight, and closes everything. Called once. */
  stop(): Promise<void>
  /** Milliseconds after which a stop that hangs is cut short. */
  readonly stopTimeout?: number
}

/** What a supervised child tells its supervisor over IPC. */
export type SupervisorMessage = ReadyMessage | NoticeMessage | RefusedMessage

export interface ReadyMessage {
  readonly type: 'ready'
  /** Base address, for example `http://127.0.0.1:4101`; for the database its connection URL. */
  readonly url: string
}

interface NoticeMessage {
  readonly type: 'notice'
  /** One line for the person at the terminal. */
  readonly text: string
}

interface RefusedMessage {
  readonly type: 'refused'
  /** Why it cannot start, in words. A restart would fail in the same way. */
  readonly reason: string
}

/** Reports readiness to the supervisor, if there is one. */
export const announceReady = (url: string): void => void tell({ type: 'ready', url })

/** Shows a line through the supervisor, or on standard error if there is none. */
export function announceNotice(text: string): void {
  if (process.send) void tell({ type: 'notice', text })
  else process.stderr.write(`${text}\n`)
}

/**
 * Tells the supervisor, or standard error if there is none, why this process cannot start. Resolves
 * once it is told.
 */
export async function announceRefusal({ message }: StartRefused): Promise<void> {
  if (process.send) await tell({ type: 'refused', reason: message })
  else process.stderr.write(`${message}\n`)
}

/** Ignores a failed send: if the supervisor is gone, `disconnect` ends this process. */
const tell = (message: SupervisorMessage): Promise<void> =>
  new Promise((resolve) => {
    if (process.send) process.send(message, undefined, undefined, () => resolve())
    else resolve()
  })

/**
 * Runs `start`, waits for SIGTERM, SIGINT or the supervisor's death, then stops and exits 0. A
 * `StartRefused` is announced, any other fault is logged; both exit 1, and so does an uncaught
 * fault.
 * @param stopTimeout milliseconds after which a stop that hangs is cut short, exit code 1
 */
export async function runProcess(
  log: Logger,
  start: () => Promise<RunningProcess>,
  { stopTimeout = 25_000 }: { stopTimeout?: number } = {},
): Promise<void> {
  let starting: Promise<RunningProcess> | undefined
  let stopping = false

  const stop = async (reason: string): Promise<void> => {
    if (stopping) return
    stopping = true
    log.debug({ reason }, 'stopping')
    const cut = setTimeout(() => process.exit(1), stopTimeout).unref()
    try {
      // Lets a start in progress finish: cut short, it would leave open what it has opened.
      const running = await starting
      if (running?.stopTimeout !== undefined) {
        clearTimeout(cut)
        setTimeout(() => process.exit(1), running.stopTimeout).unref()
      }
      await running?.stop()
      process.exit(0)
    } catch (error) {
      log.error({ err: error }, 'could not stop cleanly')
      process.exit(1)
    }
  }

  process.on('SIGTERM', () => void stop('SIGTERM'))
  process.on('SIGINT', () => void stop('SIGINT'))
  // The IPC channel closes however the supervisor dies, so no child outlives it.
  process.on('disconnect', () => void stop('the supervisor is gone'))
  if (process.connected === false) process.exit(0) // it died while this process was loading
  const crash = (error: unknown): void => {
    log.fatal({ err: error }, 'unexpected fault')
    process.exit(1)
  }
  process.on('uncaughtException', crash)
  process.on('unhandledRejection', crash)

  try {
    starting = start()
    await starting
  } catch (error) {
    if (error instanceof StartRefused) await announceRefusal(error)
    else log.fatal({ err: error }, 'could not start')
    process.exit(1)
  }
}
