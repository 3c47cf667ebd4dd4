/** The argument or input field of a mutation by which the bank recognizes a retry. */
export const KEY = 'idempotencyKey'
