/** Adds up recorded use in a thread of its own: the maximum takes 0.3 s of CPU. */
import { parentPort, workerData } from 'node:worker_threads'
import { parseDays, textOfDay } from './day.ts'
import { mergeUse } from './records.ts'

export interface AddUpData {
  /** The day of the sum. */
  readonly day: string
  /** Days as text; an unreadable one adds nothing. */
  readonly texts: readonly string[]
}

const { day, texts } = workerData as AddUpData
parentPort?.postMessage(textOfDay(day, mergeUse(parseDays(texts))))
