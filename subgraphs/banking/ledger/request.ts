/** Requests to the ledger: a command, its caller and its key. */
import { hash } from 'node:crypto'

/**
 * All commands, by name. Each feature adds its own (`declare module`), beside the part that has
 * their rules.
 */
// biome-ignore lint/suspicious/noEmptyInterface: features fill it
export interface LedgerCommands {}

export type CommandName = keyof LedgerCommands
export type Command = LedgerCommands[CommandName] & Unknown

export interface Unknown {
  /**
   * Digests of ids that name nothing here, and are null in the command: with another one it is
   * another input. Left out if there are none, so that the command's hash stays as before.
   */
  readonly unknown?: readonly string[]
}

/** The caller. The bank itself acts under an id that no token can carry. */
export interface Actor {
  readonly id: string
  /** May see and manage every account, but not move money from those of others. */
  readonly officer: boolean
}

/** The prefix of the ids of the bank's own workers. A token with such a subject is refused. */
export const BANK_PREFIX = 'bank:'

/** True for the bank's own workers. */
export const isBank = ({ id }: Pick<Actor, 'id'>): boolean => id.startsWith(BANK_PREFIX)

/** The bank acting by itself: the seed, expiry, standing orders. */
export const bankActor = (worker: string): Actor => ({ id: `${BANK_PREFIX}${worker}`, officer: true })

export interface LedgerRequest {
  readonly actor: Actor
  /** Scoped to the actor: 1 to 64 characters. */
  readonly key: string
  readonly requestId: string | null
  readonly command: Command
  /** The instant at which the bank's own work was found due, ISO 8601: it runs no earlier. */
  readonly foundDueAt?: string
  /**
   * SHA-256 of the command, hexadecimal: distinguishes a retry from another use of the same key.
   */
  readonly inputHash: string
}

/** Makes a request; the same command always has the same hash. */
export const ledgerRequest = (request: Omit<LedgerRequest, 'inputHash'>): LedgerRequest => ({
  ...request,
  inputHash: inputHashOf(request.command, INPUT_VERSION),
})

/**
 * Fields that commands gained later, by the version of the input hash that first covers them. Add a
 * field here with the next number: a retry of what was written before it, which does not use it, is
 * then still the same input.
 */
const laterFields: Readonly<Record<string, number>> = {}

/** The version of new hashes. */
export const INPUT_VERSION = Math.max(1, ...Object.values(laterFields))

/**
 * SHA-256 of a command as a version hashed it, hexadecimal: without the fields that are later than
 * it and null.
 * @param later by field, the version it came with
 */
export function inputHashOf(command: object, version: number, later = laterFields): string {
  const isLater = (name: string): boolean => (later[name] ?? 1) > version
  const text = JSON.stringify(command, (name, value) => {
    if (typeof value === 'bigint') return `${value}`
    return value === null && isLater(name) ? undefined : value
  })
  return hash('sha256', text, 'hex')
}
