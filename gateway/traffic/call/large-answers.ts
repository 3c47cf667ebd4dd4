/**
 * Answers whose reading, and what follows on it, holds the event loop for a millisecond or more:
 * each has a turn of the loop to itself.
 */
import { heavyTurn } from '../../limits/heavy-turns.ts'
import type { CallContext } from './send.ts'

const LARGE = 64 * 1024 // of JSON text, in characters or bytes

/** Resolves when the answer's turn has come; nothing where it may be read at once. */
export const largeTurn = (context: CallContext, size: number): Promise<void> | undefined =>
  size > LARGE ? heavyTurn(context.caller()) : undefined
