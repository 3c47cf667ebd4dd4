/**
 * A mutation that is carried out once for what the user means, however often they press or reload.
 */
import type { OperationVariables, TypedDocumentNode } from '@apollo/client'
import { useApolloClient } from '@apollo/client/react'
import { getOperationAST } from 'graphql'
import { useState } from 'react'
import { useConnection } from '../graph/graph.tsx'
import { intentName } from '../graph/intents.ts'
import { asRecord } from '../graph/settled.ts'
import { useMessages } from '../messages/messages.tsx'
import { failureText, type Refusal, refusalText } from './outcome.tsx'

export interface Once<Data, Variables> {
  /** Resolves to the outcome unless it was refused or failed, which `fault` then tells. */
  run(variables: Variables): Promise<Data | undefined>
  readonly isBusy: boolean
  readonly fault: string | undefined
  /** Another one begins. */
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
  return {
    isBusy,
    fault,
    clear: () => setFault(undefined),
    async run(variables) {
      const operation = getOperationAST(document)?.name?.value
      const intent = connection.intent(intentName(operation, asRecord(variables['input'])))
      setBusy(true)
      setFault(undefined)
      try {
        const { data } = await client.mutate({
          mutation: document,
          variables,
          context: { intent },
        })
        intent.done()
        const refusal = Object.values(data ?? {}).find(isRefusal)
        if (refusal) {
          setFault(refusalText(refusal, t))
          return undefined
        }
        void client.refetchQueries({ include: [...changes] })
        return data
      } catch (error) {
        setFault(failureText(error, t))
        return undefined
      } finally {
        setBusy(false)
      }
    },
  }
}
