/** Adds recorded use up on a thread of its own: as much as the bounds let in takes 0.3 s of CPU. */
import { parentPort, workerData } from 'node:worker_threads'
import { parseDays, textOfDay } from './day.ts'
import { mergeUse } from './records.ts'

export interface AddUpData {
  /** Of the sum. */
  readonly day: string
  /** Days as text; one that cannot be read adds nothing. */
  readonly texts: readonly string[]
}

const { day, texts } = workerData as AddUpData
parentPort?.postMessage(textOfDay(day, mergeUse(parseDays(texts))))
