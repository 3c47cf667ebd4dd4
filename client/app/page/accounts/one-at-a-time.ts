/** Runs a task on request, but never twice at a time: requests meanwhile become one. */
import { useRef } from 'react'

export function useOneAtATime(task: () => Promise<unknown>): () => void {
  const latest = useRef(task)
  latest.current = task
  const now = useRef({ isDue: false, isRunning: false }).current
  const run = async (): Promise<void> => {
    now.isDue = true
    if (now.isRunning) return
    now.isRunning = true
    while (now.isDue) {
      now.isDue = false
      await latest.current().catch(() => undefined) // the task's own screen shows failures
    }
    now.isRunning = false
  }
  return () => void run()
}
