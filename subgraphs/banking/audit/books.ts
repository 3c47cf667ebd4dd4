/**
 * Checks what the tables must agree on besides the chain. Each question is one statement, so it
 * reads one instant, and finds the first wrong row.
 */
import type { PrismaClient } from '../../../prisma/generated/client.ts'

/**
 * Each finds at most one wrong row. The database reads its indexes in order, so none needs much
 * memory.
 */
const questions: readonly string[] = [
  `SELECT format('the balance after entry %s-%s does not follow from the one before it', account_id, sequence) AS problem FROM (
     SELECT account_id, sequence, amount, balance_after,
       lag(balance_after, 1, 0::bigint) OVER (PARTITION BY account_id ORDER BY sequence) AS before FROM history.entries
   ) e WHERE before + amount <> balance_after ORDER BY account_id, sequence LIMIT 1`,
  `SELECT format('entry %s-%s belongs to no event that posted it', e.account_id, e.sequence) AS problem
   FROM history.entries e LEFT JOIN history.outbox o ON o.sequence = e.sequence
   WHERE NOT COALESCE(o.kind IN ('TRANSFER_POSTED', 'HOLD_CAPTURED')
     AND e.account_id = CASE WHEN e.amount < 0 THEN o.debit_account_id ELSE o.credit_account_id END, FALSE)
   ORDER BY e.account_id, e.sequence LIMIT 1`,
  `SELECT format('the posted counters of account %s are not the sums of its entries', a.id) AS problem
   FROM accounts a LEFT JOIN (
     SELECT account_id, COALESCE(-sum(amount) FILTER (WHERE amount < 0), 0) AS debits,
       COALESCE(sum(amount) FILTER (WHERE amount > 0), 0) AS credits
     FROM history.entries GROUP BY account_id
   ) e ON e.account_id = a.id
   WHERE (a.debits_posted, a.credits_posted) <> (COALESCE(e.debits, 0), COALESCE(e.credits, 0)) ORDER BY a.id LIMIT 1`,
  `SELECT format('the pending counters of account %s are not the sums of what is held', a.id) AS problem
   FROM accounts a
   LEFT JOIN (SELECT debit_account_id AS id, sum(amount) AS held FROM history.transfers WHERE status = 'PENDING' GROUP BY 1) d ON d.id = a.id
   LEFT JOIN (SELECT credit_account_id AS id, sum(amount) AS held FROM history.transfers WHERE status = 'PENDING' GROUP BY 1) c ON c.id = a.id
   WHERE (a.debits_pending, a.credits_pending) <> (COALESCE(d.held, 0), COALESCE(c.held, 0)) ORDER BY a.id LIMIT 1`,
  `SELECT format('transfer %s is told of by no event', t.id) AS problem
   FROM history.transfers t LEFT JOIN history.outbox o ON o.sequence = t.id
   WHERE NOT COALESCE(o.transfer_id = t.id AND o.kind IN ('TRANSFER_POSTED', 'HOLD_PLACED'), FALSE) ORDER BY t.id LIMIT 1`,
  `SELECT format('no event tells how hold %s ended, or that it has not', t.id) AS problem
   FROM history.transfers t LEFT JOIN history.outbox e ON e.transfer_id = t.id AND e.kind IN ('HOLD_CAPTURED', 'HOLD_VOIDED', 'HOLD_EXPIRED')
   WHERE t.expires_at IS NOT NULL AND (t.status = 'PENDING') <> (e.sequence IS NULL) ORDER BY t.id LIMIT 1`,
  `SELECT format('the key of operation %s is not remembered', o.number) AS problem FROM history.operations o
   WHERE NOT EXISTS (
     SELECT FROM used_keys(ARRAY[key_digest(o.actor, o.key)]) k WHERE k.number = o.number
   ) ORDER BY o.number LIMIT 1`,
  `SELECT format('account %s was opened by no operation', a.id) AS problem FROM accounts a
   WHERE NOT EXISTS (
     SELECT FROM history.operations o WHERE o.name = 'openAccount' AND o.refusal IS NULL AND o.subject = a.id::text
   ) ORDER BY a.id LIMIT 1`,
  `SELECT format('account %s, which operation %s opened, is missing', o.subject, o.number) AS problem FROM history.operations o
   WHERE o.name = 'openAccount' AND o.refusal IS NULL AND NOT EXISTS (
     SELECT FROM accounts a WHERE a.id = CASE WHEN o.subject ~ '^[0-9]{14}$' THEN o.subject::bigint END
   ) ORDER BY o.number LIMIT 1`,
]

/** A recorded restore without a gap in the history would hide missing rows. */
const restores = `SELECT format('the restore at event %s is not in the history', r.from_sequence) AS problem
   FROM ledger_restores r, ledger l
   WHERE r.to_sequence > l.last_sequence OR r.to_account > l.last_account
     OR EXISTS (SELECT FROM history.outbox o WHERE o.sequence > r.from_sequence AND o.sequence <= r.to_sequence)
     OR EXISTS (SELECT FROM accounts a WHERE a.id > r.from_account AND a.id <= r.to_account)
     OR NOT (r.from_sequence = 0 OR EXISTS (SELECT FROM history.outbox o WHERE o.sequence = r.from_sequence)
       OR EXISTS (SELECT FROM ledger_restores b WHERE b.to_sequence = r.from_sequence))
   ORDER BY r.from_sequence LIMIT 1`

/** Run it before the chain is walked over the gaps that restores leave. */
export async function checkRestores(database: PrismaClient): Promise<string | undefined> {
  const [found] = await database.$queryRawUnsafe<{ problem: string }[]>(restores)
  return found?.problem
}

/**
 * The first problem, in the order of the questions. @param atOnce questions that are asked at a
 * time
 */
export async function checkBooks(database: PrismaClient, atOnce: number): Promise<string | undefined> {
  const problems = new Map<number, string>()
  const waiting = questions.entries()
  const ask = async (): Promise<void> => {
    for (const [at, question] of waiting) {
      const [found] = await database.$queryRawUnsafe<{ problem: string }[]>(question)
      if (found) problems.set(at, found.problem)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, ask))
  const [first] = [...problems].sort(([one], [other]) => one - other)
  return first?.[1]
}
