/** What a rule is: one for each command, the only home of what that command may do. */
import type { Book } from './book.ts'
import type { Outcome } from './refusal.ts'
import type { Actor, Command } from './request.ts'

/** Rows that must be in the book before a command can be evaluated. */
export interface Needs {
  readonly accounts: readonly string[]
  /** With each come its two accounts. */
  readonly transfers: readonly string[]
  /** By id; none for most commands. */
  readonly quotes?: readonly string[]
  /** By id; none for most commands. */
  readonly schedules?: readonly string[]
  /** By id; none for most commands. */
  readonly loans?: readonly string[]
  /**
   * Accounts whose loans must be in the book, as long as these are open; none for most commands.
   */
  readonly loansOn?: readonly string[]
  /** Currencies whose rate must be in the book; none for most commands. */
  readonly rates?: readonly string[]
  /** Customers whose webhooks count; none for most commands. */
  readonly webhooksOf?: readonly string[]
}

/** What a rule about one transfer needs. */
export const needsOfTransfer = ({ transferId }: { readonly transferId: string | null }): Needs => ({
  accounts: [],
  transfers: transferId === null ? [] : [transferId],
})

export interface Rule<Asked extends Command> {
  needs(command: Asked): Needs
  /** Decides, and on acceptance changes the book. A refusal leaves the book as it was. */
  evaluate(command: Asked, book: Book, actor: Actor): Outcome
}
