/**
 * The argument or input field of a mutation by which the bank knows that it is asked for the same
 * again.
 */
export const KEY = 'idempotencyKey'
