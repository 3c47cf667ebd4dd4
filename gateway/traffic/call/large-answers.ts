/**
 * Answers that block the event loop for a millisecond or more when they are read: each gets a turn
 * of the loop of its own.
 */
import { heavyTurn } from '../../limits/heavy-turns.ts'
import type { CallContext } from './send.ts'

const LARGE = 64 * 1024 // of JSON text, in characters or bytes

/** Resolves when it is the answer's turn; `undefined` if it may be read at once. */
export const largeTurn = (context: CallContext, size: number): Promise<void> | undefined =>
  size > LARGE ? heavyTurn(context.caller()) : undefined
