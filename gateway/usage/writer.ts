/** Writes recorded use at intervals, and the rest at the end. Never makes a request wait. */
import { setTimeout as sleep, setImmediate as yieldToOthers } from 'node:timers/promises'
import type { Logger } from '../../platform/process/log.ts'
import { addUp } from './add-up.ts'
import { dayOf, textOfDay } from './day.ts'
import type { UseRecorder } from './recorder.ts'
import { portionsOf } from './records.ts'

interface UseWriter {
  /** Writes the rest. */
  close(): Promise<void>
}

/** Adds days to the record. Resolves to false, with nothing written, if it must wait. */
export type AddUse = (texts: readonly string[]) => Promise<boolean>

interface WriterOptions {
  readonly recorder: UseRecorder
  readonly add: AddUse
  /** Milliseconds between two writes. */
  readonly every: number
  readonly log: Logger
}

const TRIES = 40 // tries at the end, while other processes write
const PAUSE = 50 // milliseconds between tries
const MOST_LEFT = 32 // texts that wait before they are added up

export function openUseWriter({ recorder, add, every, log }: WriterOptions): UseWriter {
  /** Unwritten days, as text: adding them up here would block requests. */
  let left: readonly string[] = []
  let isRefused = false
  let turn: Promise<boolean> = Promise.resolve(true)

  const write = async (): Promise<boolean> => {
    const day = dayOf(Date.now())
    for (const portion of portionsOf(recorder.drain())) {
      left = [...left, textOfDay(day, portion)]
      await yieldToOthers()
    }
    if (left.length === 0) return true
    try {
      if (left.length > MOST_LEFT) left = [await addUp(day, left)]
      const isWritten = await add(left)
      if (isWritten) left = []
      isRefused = false
      return isWritten
    } catch (error) {
      if (!isRefused) log.warn({ err: error }, 'recorded use cannot be written; it waits in memory')
      isRefused = true
      return true
    }
  }
  /** Writes one at a time. Resolves to false if another process was writing. */
  const inTurn = (): Promise<boolean> => {
    turn = turn.then(write)
    return turn
  }
  const timer = setInterval(() => void inTurn(), every).unref()
  return {
    async close() {
      clearInterval(timer)
      for (let tries = 0; tries < TRIES && !(await inTurn()); tries += 1) await sleep(PAUSE)
      if (left.length > 0) log.warn('recorded use was left unwritten')
    },
  }
}
