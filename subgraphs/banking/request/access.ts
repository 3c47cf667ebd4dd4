/** Permissions. An object that a caller may not see looks exactly like one that does not exist. */
import type { Caller } from '../../../platform/protocol/caller.ts'
import { codedError } from '../../../platform/protocol/errors.ts'
import type { Scope } from '../../../platform/protocol/scope.ts'
import { type Actor, BANK_PREFIX } from '../ledger/request.ts'

/** @throws UNAUTHENTICATED when signed out, FORBIDDEN without the scope */
export function requireScope(caller: Caller | undefined, scope: Scope): Caller {
  if (!caller) throw codedError('UNAUTHENTICATED', 'Sign in first.')
  if (!caller.scopes.has(scope)) throw codedError('FORBIDDEN', `This needs the scope "${scope}".`)
  return caller
}

/** @throws FORBIDDEN for a token with the subject of one of the bank's own workers */
export function requireUnreserved(caller: Caller | undefined): void {
  if (caller?.id.startsWith(BANK_PREFIX)) throw codedError('FORBIDDEN', 'The token names a reserved subject.')
}

export const isOfficer = (caller: Caller): boolean => caller.scopes.has('banking:officer')

/** True for the owner's own and for an officer. @param owner null: the bank's own */
export const mayUse = (caller: Caller, owner: string | null): boolean =>
  isOfficer(caller) || (owner !== null && owner === caller.id)

/** The caller as the ledger knows it. */
export const actorOf = (caller: Caller): Actor => ({ id: caller.id, officer: isOfficer(caller) })
