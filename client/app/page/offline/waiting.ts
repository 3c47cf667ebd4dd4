/** Tells if this browser has requests that the bank has not answered. */
import { useEffect, useState } from 'react'
import { createOutbox } from '../../../connection/outbox.ts'
import { defaultStores } from '../../../connection/store.ts'

/** Whether anything is pending, for any user: offline nobody can sign in. */
export function useIsWaiting(): boolean {
  const [isWaiting, setWaiting] = useState(false)
  useEffect(() => {
    void createOutbox(defaultStores().ofAll)
      .isEmpty()
      .then((isEmpty) => setWaiting(!isEmpty))
  }, [])
  return isWaiting
}
