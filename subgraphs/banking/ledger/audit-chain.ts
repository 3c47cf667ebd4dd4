/** The audit chain: each batch's hash covers its operations and the hash before it, so that no row can change, vanish or move unseen. */
import { createHash } from 'node:crypto'
import type { Operation } from './evaluate.ts'

/** An operation as it is hashed: its columns in a fixed order, as JSON. */
export function auditLine(operation: Operation): string {
  const { number, actor, key, name, inputHash, outcome, requestId, at } = operation
  const columns = outcome.accepted
    ? [null, null, outcome.subject, outcome.details === null ? null : JSON.stringify(outcome.details)]
    : [outcome.code, outcome.message, null, null]
  return JSON.stringify([`${number}`, actor, key, name, inputHash, ...columns, requestId, at])
}

/** SHA-256 of the hash before and a batch's lines. */
export function chainHash(previous: Uint8Array, lines: readonly string[]): Buffer {
  return createHash('sha256').update(previous).update(lines.join('\n')).digest()
}
