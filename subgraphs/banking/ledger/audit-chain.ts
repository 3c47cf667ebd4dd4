/**
 * The audit chain: each batch's hash covers the previous hash and what the batch did, so that no
 * changed, removed or moved row stays undetected. Version 1 covers operations; version 2 also
 * covers the accounts they opened, and events with their transfers and entries.
 */
import { createHash } from 'node:crypto'
import type { LedgerEvent, Operation, Transfer } from './model.ts'

/** The version of new batches; older ones keep theirs. */
export const CHAIN_VERSION = 2

/** The fields of a batch that a version 2 hash covers. */
export interface LinkHeader {
  readonly number: bigint
  readonly firstSequence: bigint
  readonly at: string
}

/**
 * Hashes one batch line by line: operations first, each with the account it opened, then events.
 */
export interface Link {
  add(line: string): void
  digest(): Buffer
}

/** @param previous the hash of the batch before */
export function beginLink(version: number, previous: Uint8Array, { number, firstSequence, at }: LinkHeader): Link {
  const hash = createHash('sha256').update(previous)
  // Lines are collected because a call of `update` costs as much as hashing a line.
  let text = version === 1 ? '' : `\n${version} ${number} ${firstSequence} ${at}`
  let isEmpty = version === 1
  return {
    add(line) {
      text += isEmpty ? line : `\n${line}`
      isEmpty = false
      if (text.length < 65_536) return
      hash.update(text)
      text = ''
    },
    digest: () => hash.update(text).digest(),
  }
}

/** The hashed text of an operation: its columns in a fixed order, as JSON. */
export function operationLine(version: number, operation: Operation): string {
  const { number, actor, key, name, inputHash, inputVersion, outcome, requestId, at } = operation
  const columns = outcome.accepted
    ? [null, null, outcome.subject, outcome.details === null ? null : JSON.stringify(outcome.details)]
    : [outcome.code, outcome.message, null, null]
  const line = [`${number}`, actor, key, name, inputHash, ...columns, requestId, at]
  return JSON.stringify(version === 1 ? line : [...line, inputVersion])
}

/** The fields of an account that never change. */
export interface OpenedAccount {
  readonly id: string
  readonly owner: string | null
  readonly kind: string
  readonly currency: string
  readonly productId: string | null
  readonly branchId: string | null
}

export const openingLine = ({ id, owner, kind, currency, productId, branchId }: OpenedAccount): string =>
  JSON.stringify({ account: [id, owner, kind, currency, productId, branchId] })

/** The fields of a transfer that never change and are not in its event. */
export type LastingTransfer = Pick<
  Transfer,
  'kind' | 'currency' | 'reference' | 'merchantId' | 'reversalOf' | 'groupId' | 'expiresAt'
>

/**
 * The hashed text of an event: with the balances after its entries and, if it made a transfer, the
 * transfer's immutable columns.
 */
export function eventLine(event: LedgerEvent, transfer: LastingTransfer | undefined): string {
  const { sequence, kind, transferId, debitAccount, creditAccount, amount, balances } = event
  const posted = balances ? ` ${balances.debit} ${balances.credit}` : ''
  const line = `${sequence} ${kind} ${transferId} ${debitAccount} ${creditAccount} ${amount}${posted}`
  if (!transfer) return line
  const { reference, merchantId, reversalOf, groupId, expiresAt } = transfer
  const texts = reference === null && merchantId === null ? '' : JSON.stringify([reference, merchantId])
  return `${line} ${transfer.kind} ${transfer.currency} ${reversalOf ?? ''} ${groupId ?? ''} ${expiresAt ?? ''} ${texts}`
}

/** True for the event that made its transfer. */
export const makesTransfer = ({ sequence, transferId }: LedgerEvent): boolean => transferId === sequence.toString()
