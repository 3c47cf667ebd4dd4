/** Names of intents, stable over reloads: the operation and its object. */
import type { Connection } from '../../../connection/connection.ts'
import type { Pending } from '../../../connection/outbox.ts'
import { asRecord } from './settled.ts'

const SUBJECTS = ['transferId', 'scheduleId', 'loanId', 'accountId', 'quoteId'] as const

export function intentName(operation: string | undefined, input: Readonly<Record<string, unknown>>): string {
  const subject = SUBJECTS.map((name) => input[name]).find((id) => typeof id === 'string')
  return [operation, subject].filter(Boolean).join(' ')
}

/**
 * Ends the intent of a settled request, so that the same request again is a new one. Requests of
 * other tabs are settled here, too: this tab's own of that name may still be carried out, and
 * asking for it again under another intent would carry it out twice.
 */
export async function endIntent(
  connection: Pick<Connection, 'intent'>,
  { intent: id, operationName, variables }: Pick<Pending, 'intent' | 'operationName' | 'variables'>,
): Promise<void> {
  const intent = connection.intent(intentName(operationName, asRecord(variables['input'])))
  if ((await intent.id) === id) intent.done()
}
