/** The invariants of the books, checked in the database. */
import type { PrismaClient } from '../../../../prisma/generated/client.ts'

/** Each query must find nothing. */
const violations: Readonly<Record<string, string>> = {
  'debits equal credits in every currency, posted and pending': `
    SELECT currency FROM accounts GROUP BY currency
    HAVING sum(debits_posted) <> sum(credits_posted) OR sum(debits_pending) <> sum(credits_pending)`,
  'every balance is the sum of its entries': `
    SELECT a.id FROM accounts a LEFT JOIN entries e ON e.account_id = a.id GROUP BY a.id
    HAVING a.credits_posted - a.debits_posted <> COALESCE(sum(e.amount), 0)`,
  'every balance after follows from the one before': `
    SELECT account_id FROM (
      SELECT account_id, balance_after - amount AS before,
        COALESCE(lag(balance_after) OVER (PARTITION BY account_id ORDER BY sequence), 0) AS last FROM entries
    ) chain WHERE before <> last`,
  'every posted transfer has two entries of its posted amount, every other none': `
    SELECT t.id FROM transfers t LEFT JOIN entries e ON e.transfer_id = t.id GROUP BY t.id
    HAVING (t.status = 'POSTED' AND (count(e.*) <> 2 OR sum(e.amount) <> 0 OR max(e.amount) <> t.posted_amount))
        OR (t.status <> 'POSTED' AND count(e.*) <> 0)`,
  'pending counters are the sum of what is held': `
    SELECT a.id FROM accounts a
    WHERE a.debits_pending <> COALESCE((SELECT sum(amount) FROM transfers WHERE debit_account_id = a.id AND status = 'PENDING'), 0)
       OR a.credits_pending <> COALESCE((SELECT sum(amount) FROM transfers WHERE credit_account_id = a.id AND status = 'PENDING'), 0)`,
  'available never goes under the floor': `
    SELECT id FROM accounts WHERE credits_posted - debits_posted - debits_pending < floor`,
  'the sequence of events has no gap': `
    SELECT 1 FROM outbox HAVING count(*) > 0 AND (min(sequence) <> 1 OR max(sequence) - count(*) <> COALESCE(
      (SELECT sum(to_sequence - from_sequence) FROM ledger_restores WHERE to_sequence <= (SELECT max(sequence) FROM outbox)), 0))`,
  'the sequence of operations has no gap': `
    SELECT 1 FROM operations HAVING count(*) > 0 AND (min(number) <> 1 OR max(number) <> count(*))`,
  'the head is where the history ends': `
    SELECT 1 FROM ledger WHERE last_sequence <>
        COALESCE(greatest((SELECT max(sequence) FROM outbox), (SELECT max(to_sequence) FROM ledger_restores)), 0)
       OR last_operation <> COALESCE((SELECT max(number) FROM operations), 0)`,
}

/** The names of violated invariants; empty if the books are right. */
export async function brokenInvariants(database: PrismaClient): Promise<string[]> {
  const found = await Promise.all(
    Object.entries(violations).map(async ([name, query]) => {
      const rows = await database.$queryRawUnsafe<unknown[]>(query)
      return rows.length === 0 ? [] : [name]
    }),
  )
  return found.flat()
}
