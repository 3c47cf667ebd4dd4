/** The typed text, updated when the user pauses. */
import { useEffect, useState } from 'react'

const PAUSE = 300 // milliseconds

export function useSettledText(text: string): string {
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE)
    return () => clearTimeout(timer)
  }, [text])
  return settled
}
