/**
 * The interface of a feature with the ledger: its rules, and the rows that they read and save. The
 * ledger knows no feature.
 */
import type { Book } from './book.ts'
import type { AnyCollection, WantedRows } from './collection.ts'
import type { Outcome } from './refusal.ts'
import type { Actor, Command, CommandName, LedgerCommands, LedgerRequest } from './request.ts'

/**
 * Rows that must be in the book before a command can be evaluated. Null for a row that cannot
 * exist.
 */
export interface Needs {
  readonly accounts?: readonly (string | null)[]
  /** Each is loaded with its two accounts. */
  readonly transfers?: readonly (string | null)[]
  /** Rows of the parts. */
  readonly rows?: readonly WantedRows[]
}

/** Decides one command. */
export interface Rule<Asked> {
  needs(command: Asked): Needs
  /** Decides, and on acceptance changes the book. A refusal leaves the book as it was. */
  evaluate(command: Asked, book: Book, actor: Actor): Outcome
  /** Maximum transfers that it makes; 1 by default. */
  transfersOf?(command: Asked): number
}

type Rules = { readonly [Name in CommandName]: Rule<LedgerCommands[Name]> }

/** The contribution of one feature. */
export interface LedgerPart {
  /** Keyed by the names of its commands. */
  readonly rules: Partial<Rules>
  /** Rows that its rules read and change, in the order in which they are saved. */
  readonly collections?: readonly AnyCollection[]
}

/** All parts together. */
export interface LedgerParts {
  readonly rules: Rules
  readonly collections: readonly AnyCollection[]
}

type RuledBy<Part extends LedgerPart> = Part extends unknown ? keyof Part['rules'] & CommandName : never

/** The result has the type `LedgerParts` only if every command has a rule. */
export const joinParts = <Part extends LedgerPart>(parts: readonly Part[]) => ({
  rules: Object.assign({}, ...parts.map(({ rules }) => rules)) as Pick<Rules, RuledBy<Part>>,
  collections: parts.flatMap(({ collections }) => collections ?? []),
})

/**
 * The table's type pairs each name with its rule; TypeScript cannot follow that through a lookup by
 * a union.
 */
export const ruleOf = ({ rules }: LedgerParts, command: Command): Rule<Command> => rules[command.name] as Rule<Command>

/** The needs of all commands of a batch. */
export interface BatchNeeds {
  readonly accounts: ReadonlySet<string>
  readonly transfers: readonly string[]
  readonly rows: ReadonlyMap<AnyCollection, readonly unknown[]>
}

export function needsOf(parts: LedgerParts, requests: readonly LedgerRequest[]): BatchNeeds {
  const all = { accounts: new Set<string>(), transfers: [] as string[], rows: new Map<AnyCollection, unknown[]>() }
  for (const { command } of requests) {
    const { accounts = [], transfers = [], rows = [] } = ruleOf(parts, command).needs(command)
    for (const id of accounts) if (id !== null) all.accounts.add(id)
    for (const id of transfers) if (id !== null) all.transfers.push(id)
    for (const { collection, keys } of rows) {
      const wanted = all.rows.get(collection)
      if (wanted) wanted.push(...keys)
      else if (keys.length > 0) all.rows.set(collection, [...keys])
    }
  }
  return all
}
