/** The two ways of sending requests over open connections for some time. */

/** Sends one request and waits for its answer. @param due since when it has waited to be sent */
export type Exchange<Connection> = (connection: Connection, due: number) => Promise<void>

/** Two readings of `performance.now()`. */
interface Window {
  readonly begin: number
  readonly end: number
}

/** Each connection sends the next request as soon as it has an answer: the highest rate. */
export async function sendWithoutPauses<Connection>(
  open: readonly Connection[],
  { end }: Window,
  exchange: Exchange<Connection>,
): Promise<void> {
  const send = async (connection: Connection): Promise<void> => {
    for (let now = performance.now(); now < end; now = performance.now()) await exchange(connection, now)
  }
  await Promise.all(open.map(send))
}

/**
 * Requests become due in equal intervals, whether or not others were answered. While all
 * connections are busy they wait, which counts as their time.
 * @param rate requests per second
 */
export function sendAtRate<Connection>(
  open: readonly Connection[],
  { begin, end }: Window,
  rate: number,
  exchange: Exchange<Connection>,
): Promise<void> {
  const idle = [...open]
  const waiting: number[] = []
  let released = 0
  return new Promise((resolve, reject) => {
    const use = async (connection: Connection): Promise<void> => {
      for (let due = waiting.shift(); due !== undefined; due = waiting.shift()) await exchange(connection, due)
      idle.push(connection)
      finish()
    }
    const finish = (): void => {
      if (performance.now() >= end && waiting.length === 0 && idle.length === open.length) resolve()
    }
    const timer = setInterval(() => {
      const now = performance.now()
      const due = ((Math.min(now, end) - begin) * rate) / 1000
      for (; released < due; released += 1) waiting.push(now)
      while (waiting.length > 0 && idle.length > 0) use(idle.pop() as Connection).catch(fail)
      if (now < end) return
      clearInterval(timer)
      finish()
    }, 1)
    const fail = (error: unknown): void => {
      clearInterval(timer)
      reject(error)
    }
  })
}
