/**
 * Follows accounts while their page is shown: updates balances in the cache, and calls the page for
 * each event.
 */
import { useSubscription } from '@apollo/client/react'
import { useEffect, useRef, useState } from 'react'
import { ActivityDocument, type ActivitySubscription } from '../generated/graphql.ts'

type Event = ActivitySubscription['accountActivity']

interface Followed {
  /** `undefined`: all of the user's own. */
  readonly account?: string
  /** The position in the activity when the page was read; `undefined` before that. */
  readonly cursor: string | undefined
  /** False for another customer's account, which cannot be followed. */
  readonly isOwn?: boolean
  readonly onEvent: (event: Event) => void
  /** Called when the stream opens and breaks. */
  readonly onStream?: (isOpen: boolean) => void
}

export function useActivity({ account, cursor, isOwn = true, onEvent, onStream }: Followed): void {
  const isSeen = useIsSeen()
  const last = useRef<string>(undefined)
  last.current ??= cursor
  // A new `after` would start another stream; within one stream the library resumes by itself.
  const [from, setFrom] = useState<string>()
  const after = from ?? last.current
  useEffect(() => {
    if (!isSeen) setFrom(last.current)
  }, [isSeen])
  useSubscription(ActivityDocument, {
    variables: { ...(account !== undefined && { account }), ...(after !== undefined && { after }) },
    context: { onStream },
    // Browsers allow six connections to a server, over all tabs.
    skip: !isSeen || !isOwn || after === undefined,
    onData({ data: { data } }) {
      if (!data) return
      last.current = data.accountActivity.cursor
      onEvent(data.accountActivity)
    },
  })
}

function useIsSeen(): boolean {
  const [isSeen, setSeen] = useState(!document.hidden)
  useEffect(() => {
    const look = (): void => setSeen(!document.hidden)
    document.addEventListener('visibilitychange', look)
    return () => document.removeEventListener('visibilitychange', look)
  }, [])
  return isSeen
}
