/** Writes recorded use at intervals, and what is left at the end. Never makes a request wait. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../../platform/process/log.ts'
import type { UseRecorder } from './recorder.ts'
import { mergeUse, NO_USE, type UseRecords } from './records.ts'

interface UseWriter {
  /** Writes what is left. */
  close(): Promise<void>
}

/** Adds to what is recorded. Resolves to false, with nothing written, if that must wait. */
export type AddUse = (records: UseRecords) => Promise<boolean>

interface WriterOptions {
  readonly recorder: UseRecorder
  readonly add: AddUse
  /** Milliseconds from one writing to the next. */
  readonly every: number
  readonly log: Logger
}

const TRIES = 40 // at the end, while other processes write
const PAUSE = 50 // milliseconds between them

export function openUseWriter({ recorder, add, every, log }: WriterOptions): UseWriter {
  let left = NO_USE
  let isRefused = false
  let turn: Promise<boolean> = Promise.resolve(true)

  const write = async (): Promise<boolean> => {
    left = merged(left, recorder.drain())
    if (left.rows.length === 0) return true
    try {
      const isWritten = await add(left)
      if (isWritten) left = NO_USE
      isRefused = false
      return isWritten
    } catch (error) {
      if (!isRefused) log.warn({ err: error }, 'recorded use cannot be written; it waits in memory')
      isRefused = true
      return true
    }
  }
  /** One after the other. Resolves to false if another process was writing. */
  const inTurn = (): Promise<boolean> => {
    turn = turn.then(write)
    return turn
  }
  const timer = setInterval(() => void inTurn(), every).unref()
  return {
    async close() {
      clearInterval(timer)
      for (let tries = 0; tries < TRIES && !(await inTurn()); tries += 1) await sleep(PAUSE)
      if (left.rows.length > 0) log.warn('recorded use was left unwritten')
    },
  }
}

const merged = (left: UseRecords, more: UseRecords): UseRecords =>
  left.rows.length === 0 ? more : mergeUse([left, more])
