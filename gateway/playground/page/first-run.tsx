/**
 * Runs the open tab once when the page opens, if that is the first of the shipped ones and somebody
 * is signed in.
 */
import { useGraphiQL, useGraphiQLActions } from '@graphiql/react'
import { useEffect, useRef } from 'react'
import type { Session } from './session.ts'

interface FirstRunProps {
  /** Of the tab that is run; it must only read. */
  readonly query: string | undefined
  readonly session: Session
}

export function FirstRun({ query, session }: FirstRunProps) {
  const isReady = useGraphiQL(({ queryEditor, responseEditor }) => Boolean(queryEditor && responseEditor))
  const open = useGraphiQL(({ tabs, activeTabIndex }) => tabs[activeTabIndex]?.query)
  const { run } = useGraphiQLActions()
  const isDone = useRef(false)
  useEffect(() => {
    if (!isReady || isDone.current) return
    isDone.current = true
    if (query !== undefined && open === query)
      void session.authorization().then((token) => token !== undefined && run())
  }, [isReady, open, query, run, session])
  return null
}
