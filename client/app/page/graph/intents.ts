/**
 * Names of what users mean to do once, the same after a reload: the operation, with what it is done
 * to.
 */
const SUBJECTS = ['transferId', 'scheduleId', 'loanId', 'accountId', 'quoteId'] as const

export function intentName(operation: string | undefined, input: Readonly<Record<string, unknown>>): string {
  const subject = SUBJECTS.map((name) => input[name]).find((id) => typeof id === 'string')
  return [operation, subject].filter(Boolean).join(' ')
}
