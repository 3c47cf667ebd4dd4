/** Names of intents, stable over reloads: the operation and its object. */
const SUBJECTS = ['transferId', 'scheduleId', 'loanId', 'accountId', 'quoteId'] as const

export function intentName(operation: string | undefined, input: Readonly<Record<string, unknown>>): string {
  const subject = SUBJECTS.map((name) => input[name]).find((id) => typeof id === 'string')
  return [operation, subject].filter(Boolean).join(' ')
}
