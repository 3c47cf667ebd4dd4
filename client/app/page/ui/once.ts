/** A mutation that runs once for the user's intent, however often they press or reload. */
import type { OperationVariables, TypedDocumentNode } from '@apollo/client'
import { useApolloClient } from '@apollo/client/react'
import { getOperationAST } from 'graphql'
import { useEffect, useRef, useState } from 'react'
import { CarriedOutError, OutcomeUnknownError } from '../../../connection/errors.ts'
import { useConnection } from '../graph/graph.tsx'
import { intentName } from '../graph/intents.ts'
import { asRecord, tellOutcome } from '../graph/settled.ts'
import { useMessages } from '../messages/messages.tsx'
import { failureText, type Refusal, refusalText } from './outcome.tsx'
import type { Typed } from './typed.ts'

export interface Once<Data, Variables> {
  /**
   * Resolves to the outcome; if it was refused or failed, `fault` says why. Does nothing while a
   * request is running. @param typed the form that asks for it
   */
  run(variables: Variables, typed?: Typed): Promise<Data | undefined>
  readonly isBusy: boolean
  readonly fault: string | undefined
  /** Begins a new intent. */
  clear(): void
}

const isRefusal = (outcome: unknown): outcome is Refusal =>
  typeof outcome === 'object' && outcome !== null && 'code' in outcome && 'message' in outcome

/** @param changes names of the queries to fetch again afterwards */
export function useOnce<Data extends Readonly<Record<string, unknown>>, Variables extends OperationVariables>(
  document: TypedDocumentNode<Data, Variables>,
  changes: readonly string[] = [],
): Once<Data, Variables> {
  const client = useApolloClient()
  const connection = useConnection()
  const t = useMessages()
  const [isBusy, setBusy] = useState(false)
  const [fault, setFault] = useState<string>()
  const isRunning = useRef(false)
  const isShown = useIsShown()
  const refuse = (input: unknown, text: string): void => {
    setFault(text)
    if (!isShown()) tellOutcome(input, { code: '', message: text })
  }
  return {
    isBusy,
    fault,
    clear: () => setFault(undefined),
    async run(variables, typed) {
      if (isRunning.current) return undefined
      isRunning.current = true
      const operation = getOperationAST(document)?.name?.value
      const intent = connection.intent(intentName(operation, asRecord(variables['input'])))
      setBusy(true)
      setFault(undefined)
      typed?.forget() // from now on the connection keeps it
      try {
        const { data } = await client.mutate({
          mutation: document,
          variables,
          context: { intent },
        })
        intent.done()
        const refusal = Object.values(data ?? {}).find(isRefusal)
        if (refusal) {
          typed?.keep()
          refuse(variables['input'], refusalText(refusal, t))
          return undefined
        }
        if (!isShown()) tellOutcome(variables['input'], undefined)
        void client.refetchQueries({ include: [...changes] })
        return data
      } catch (error) {
        const text = failureText(error, t)
        if (error instanceof OutcomeUnknownError) {
          setFault(text)
          return undefined
        }
        typed?.keep()
        refuse(variables['input'], text)
        if (error instanceof CarriedOutError) {
          // An earlier request was carried out, and this one was not sent: it is another intent.
          intent.done()
          void client.refetchQueries({ include: [...changes] })
        }
        return undefined
      } finally {
        isRunning.current = false
        setBusy(false)
      }
    },
  }
}

/** Tells if the screen that sent the request is still shown. */
function useIsShown(): () => boolean {
  const isShown = useRef(false)
  useEffect(() => {
    isShown.current = true
    return () => {
      isShown.current = false
    }
  }, [])
  return () => isShown.current
}
