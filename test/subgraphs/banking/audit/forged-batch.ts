/**
 * A batch written directly to the tables by an attacker who knows them: one transfer in one
 * statement, with the given forgeries.
 */

export interface Forgery {
  readonly from: string
  readonly to: string
  readonly currency?: string
  /** Added to the balances of the entries. */
  readonly balanceOff?: number
  /** Distance of the numbers from the next ones after the head. */
  readonly jump?: number
  /** Parts to leave out. */
  readonly without?: readonly ('transfer' | 'event' | 'entries' | 'counters' | 'operation' | 'batch' | 'head')[]
  readonly eventAmount?: number
  /** The transfer that it reverses. */
  readonly reversalOf?: string
}

const AMOUNT = 3

export function forgedBatch({
  from,
  to,
  currency = 'EUR',
  balanceOff = 0,
  jump = 0,
  without = [],
  eventAmount = AMOUNT,
  reversalOf = 'NULL',
}: Forgery) {
  const unless = (part: NonNullable<Forgery['without']>[number], statement: string): string =>
    without.includes(part) ? '' : `, ${part} AS (${statement})`
  return `WITH h AS (
      SELECT last_sequence + 1 + ${jump} AS sequence, last_operation + 1 AS operation, last_batch + 1 AS batch, last_at AS at,
        decode(repeat('ab', 32), 'hex') AS hash,
        (SELECT credits_posted - debits_posted FROM accounts WHERE id = ${from}) AS from_balance,
        (SELECT credits_posted - debits_posted FROM accounts WHERE id = ${to}) AS to_balance
      FROM ledger
    )${unless('head', `UPDATE ledger SET last_sequence = h.sequence, last_operation = h.operation, last_batch = h.batch, last_hash = h.hash FROM h`)}
    ${unless(
      'transfer',
      `INSERT INTO transfers (id, kind, status, debit_account_id, credit_account_id, amount, posted_amount, currency, created_at, resolved_at, reversal_of)
      SELECT sequence, 'TRANSFER', 'POSTED', ${from}, ${to}, ${AMOUNT}, ${AMOUNT}, '${currency}', at, at, ${reversalOf} FROM h`,
    )}
    ${unless('event', `INSERT INTO outbox SELECT sequence, 'TRANSFER_POSTED', sequence, ${from}, ${to}, ${eventAmount}, at FROM h`)}
    ${unless(
      'entries',
      `INSERT INTO entries (account_id, sequence, transfer_id, amount, balance_after, posted_at)
      SELECT ${from}, sequence, sequence, -${AMOUNT}, from_balance - ${AMOUNT} + ${balanceOff}, at FROM h
      UNION ALL SELECT ${to}, sequence, sequence, ${AMOUNT}, to_balance + ${AMOUNT} + ${balanceOff}, at FROM h`,
    )}
    ${unless(
      'counters',
      `UPDATE accounts SET
        debits_posted = debits_posted + CASE id WHEN ${from} THEN ${AMOUNT} ELSE 0 END,
        credits_posted = credits_posted + CASE id WHEN ${to} THEN ${AMOUNT} ELSE 0 END
      WHERE id IN (${from}, ${to})`,
    )}
    ${unless(
      'operation',
      `INSERT INTO operations (number, actor, key, name, input_hash, subject, at)
      SELECT operation, 'payer', 'forged', 'transfer', '\\x00', sequence::text, at FROM h`,
    )}
    ${unless(
      'batch',
      `INSERT INTO batches (number, first_sequence, first_operation, last_operation, at, hash, version)
      SELECT batch, sequence, operation, operation, at, hash, 2 FROM h`,
    )}
    SELECT FROM h`
}
