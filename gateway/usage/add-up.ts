/** The main thread's side of adding up recorded use. No request waits for it. */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { AddUpData } from './add-up-worker.ts'

/** The sum of days, as text. Unreadable ones add nothing. */
export async function addUp(day: string, texts: readonly string[]): Promise<string> {
  const data: AddUpData = { day, texts }
  const worker = new Worker(new URL('./add-up-worker.ts', import.meta.url), { workerData: data })
  const [sum] = (await once(worker, 'message')) as [string]
  return sum
}
