/**
 * Loans in the database: read whole under the ledger's lock, and saved in the transaction that
 * moves their money. Decides nothing.
 */
import type { Prisma } from '../../../prisma/generated/client.ts'
import { plainArray } from '../database/columns.ts'
import { plainDateOf } from '../dates/plain-date.ts'
import type { Collection } from '../ledger/collection.ts'
import { byId } from '../request/load.ts'
import type { Loan, LoanChange } from './loan.ts'
import { isOpen, type LoanState } from './states.ts'

type Reader = Pick<Prisma.TransactionClient, 'loan'>
type Row = Prisma.LoanGetPayload<{ include: { changes: true } }>

/** The loans that exist among `ids`, with all their changes in order. */
export async function loadLoans(database: Reader, ids: readonly string[]): Promise<Map<string, Loan>> {
  if (ids.length === 0) return new Map()
  const rows = await database.loan.findMany({
    where: { id: { in: [...ids] } },
    include: { changes: { orderBy: { number: 'asc' } } },
  })
  return new Map(rows.map((row) => [row.id, loanOf(row)]))
}

/** By id, a UUID. */
export const loanById = byId(async (database, ids) => [...(await loadLoans(database, ids)).values()])

/** A loan by its id, or the open loans of an account (14 digits). */
type LoanKey = { readonly id: string } | { readonly account: string }

async function loadWanted(transaction: Prisma.TransactionClient, keys: readonly LoanKey[]): Promise<Map<string, Loan>> {
  const accounts = keys.flatMap((key) => ('account' in key ? key.account : []))
  const ids = keys.flatMap((key) => ('id' in key ? key.id : []))
  return loadLoans(transaction, [...ids, ...(await openLoansOn(transaction, accounts))])
}

/** Found through the owners of the accounts. */
async function openLoansOn(transaction: Prisma.TransactionClient, accounts: readonly string[]): Promise<string[]> {
  if (accounts.length === 0) return []
  const rows = await transaction.$queryRaw<{ id: string; state: LoanState }[]>`/* ledger:loans-on */
    SELECT l.id::text, l.state FROM accounts a JOIN loans l ON l.customer_id = a.customer_id AND l.account_id = a.id
    WHERE a.id = ANY(${plainArray(accounts)}::bigint[])`
  return rows.flatMap(({ id, state }) => (isOpen(state) ? [id] : []))
}

export function loanOf(row: Row): Loan {
  return {
    id: row.id,
    customer: row.customerId,
    account: row.accountId.toString(),
    currency: row.currency,
    terms: {
      principal: row.principal,
      annualRate: BigInt(row.annualRate),
      instalments: row.instalments,
      interest: row.interest,
      amortization: row.amortization,
    },
    purpose: row.purpose,
    state: row.state,
    disbursedOn: row.disbursedOn && plainDateOf(row.disbursedOn),
    changes: row.changes.map(changeOf),
  }
}

function changeOf(row: Row['changes'][number]): LoanChange {
  const { number, action, state, actor, at, amount, interest, principal, overpayment, transferId, note } = row
  const allocation =
    interest === null || principal === null || overpayment === null ? null : { interest, principal, overpayment }
  return {
    number,
    action,
    state,
    actor,
    at: at.toISOString(),
    amount,
    allocation,
    transferId: transferId?.toString() ?? null,
    note,
  }
}

/** Inserts new loans and changes, and updates states. */
async function saveLoans(transaction: Prisma.TransactionClient, changed: readonly Loan[]): Promise<void> {
  await transaction.loan.createMany({
    skipDuplicates: true,
    data: changed.map(({ id, customer, account, currency, terms, purpose, changes }) => ({
      id,
      customerId: customer,
      accountId: BigInt(account),
      currency,
      principal: terms.principal,
      annualRate: Number(terms.annualRate),
      instalments: terms.instalments,
      interest: terms.interest,
      amortization: terms.amortization,
      purpose,
      state: 'SUBMITTED' as const,
      submittedAt: changes[0]?.at ?? '',
    })),
  })
  await transaction.loanChange.createMany({
    skipDuplicates: true,
    data: changed.flatMap(({ id, changes }) =>
      changes.map(({ allocation, transferId, ...change }) => ({
        loanId: id,
        ...change,
        interest: allocation?.interest ?? null,
        principal: allocation?.principal ?? null,
        overpayment: allocation?.overpayment ?? null,
        transferId: transferId === null ? null : BigInt(transferId),
      })),
    ),
  })
  for (const { id, state, disbursedOn } of changed) {
    await transaction.loan.update({
      where: { id },
      data: { state, disbursedOn: disbursedOn === null ? null : new Date(disbursedOn) },
    })
  }
}

export const loans: Collection<Loan, LoanKey> = { load: loadWanted, save: saveLoans }
