/** Whether a server can serve, by its own word. */
import { setTimeout as sleep } from 'node:timers/promises'

const PERIOD = 50 // milliseconds between questions
const PATIENCE = 2_000 // milliseconds for an answer

/** Resolves once `/health/ready` answers 200, or when `gone` says that there is nobody left to ask. */
export async function healthy(url: string, gone: AbortSignal): Promise<void> {
  while (!gone.aborted && !(await isReady(url))) await sleep(PERIOD)
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(PATIENCE) })
    await response.arrayBuffer() // an unread body would keep its connection
    return response.ok
  } catch {
    return false
  }
}
