/** Whether this browser keeps something that the bank was asked for and has not answered. */
import { useEffect, useState } from 'react'
import { createOutbox } from '../../../connection/outbox.ts'
import { defaultStores } from '../../../connection/store.ts'

/** Whoever's it is: nobody can be asked who sits here. */
export function useIsWaiting(): boolean {
  const [isWaiting, setWaiting] = useState(false)
  useEffect(() => {
    void createOutbox(defaultStores().ofAll)
      .isEmpty()
      .then((isEmpty) => setWaiting(!isEmpty))
  }, [])
  return isWaiting
}
