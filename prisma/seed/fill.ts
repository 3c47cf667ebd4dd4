/**
 * Writes the demo: customers, accounts and a year of movements, all through the ledger's own rules.
 * A second run changes nothing.
 */
import type { OpenAccountCommand } from '../../subgraphs/banking/accounts/commands.ts'
import { openLedgerDatabase } from '../../subgraphs/banking/database/open.ts'
import { treasuryRequest } from '../../subgraphs/banking/exchange/treasury.ts'
import type { Answer, Moment } from '../../subgraphs/banking/ledger/evaluate.ts'
import { addHistory } from '../../subgraphs/banking/ledger/history.ts'
import { lockLedger } from '../../subgraphs/banking/ledger/load.ts'
import { type Command, ledgerRequest } from '../../subgraphs/banking/ledger/request.ts'
import { ledgerParts } from '../../subgraphs/banking/ledger-parts.ts'
import { bookRequest } from '../../subgraphs/banking/loans/books.ts'
import { BANK_CURRENCIES } from '../../subgraphs/banking/money/currencies.ts'
import type { Prisma } from '../generated/client.ts'
import { firstLoanKey, LOAN_CURRENCY, loansOfTheYear } from './loans.ts'
import { type AccountName, type AccountPlan, accounts, customers } from './people.ts'
import { branches, merchants } from './places.ts'
import { exchangeRates, liquidityFunds } from './rates.ts'
import { firstKey, seeder } from './there.ts'
import { type Movement, movementsOfTheYear, YEAR } from './year.ts'

const ask = (key: string, command: Command) => ledgerRequest({ actor: seeder, key, requestId: null, command })

const TRANSACTION = { maxWait: 10_000, timeout: 180_000 } // milliseconds

type Transaction = Prisma.TransactionClient

/**
 * Runs in one transaction. Leaves a database with any other data unchanged.
 * @param url a migrated database
 * @returns false if it was left unchanged
 */
export async function fillDemo(url: string): Promise<boolean> {
  const { prisma: database, close } = openLedgerDatabase({ url, connections: 1 })
  try {
    const movements = movementsOfTheYear()
    const isDemo = await database.$transaction(async (transaction) => {
      // Other processes that seed wait here.
      await lockLedger(transaction)
      if (await belongsToSomebody(transaction)) return false
      await fill(transaction, movements)
      return true
    }, TRANSACTION)
    // Updates the planner's statistics for the new rows.
    if (isDemo) await database.$executeRaw`ANALYZE`
    return isDemo
  } finally {
    await close()
  }
}

/** True if there is data other than the demo's. */
async function belongsToSomebody(database: Transaction): Promise<boolean> {
  if (await wasUsed(database, firstKey)) return false
  const others = (rows: readonly { readonly id: string }[]) => ({ where: { id: { notIn: rows.map(({ id }) => id) } } })
  const counts = [
    await database.operation.count({ take: 1 }),
    await database.account.count({ take: 1 }),
    await database.customer.count(others(customers)),
    await database.branch.count(others(branches)),
    await database.merchant.count(others(merchants)),
  ]
  return counts.some((count) => count > 0)
}

/** True if the ledger knows the key. */
async function wasUsed(database: Transaction, { actor, key }: typeof firstKey): Promise<boolean> {
  const used = await database.$queryRaw<unknown[]>`SELECT number FROM used_keys(ARRAY[key_digest(${actor}, ${key})])`
  return used.length > 0
}

async function fill(database: Transaction, movements: readonly Movement[]): Promise<void> {
  await database.customer.createMany({ data: [...customers], skipDuplicates: true })
  await database.branch.createMany({ data: [...branches], skipDuplicates: true })
  await database.merchant.createMany({ data: [...merchants], skipDuplicates: true })
  await database.exchangeRate.createMany({ data: [...exchangeRates], skipDuplicates: true })
  const isNew = (await database.operation.count({ take: 1 })) === 0
  const ids = await openAccounts(database)
  const moments: Moment[] = movements.map((movement) => ({
    at: movement.at,
    requests: [ask(movement.key, transferOf(movement, ids))],
  }))
  if (isNew) await fund(database)
  // A demo from before loans existed stays without them: its ledger is past their dates.
  const hasLoans = isNew || (await wasUsed(database, firstLoanKey))
  if (hasLoans) moments.push(...(await lend(database, ids)))
  await write(
    database,
    moments.sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0)),
  )
}

/**
 * Ids by name: the demo's accounts and, by currency, the bank's own accounts that face merchants
 * and employers.
 */
async function openAccounts(database: Transaction): Promise<ReadonlyMap<string, string>> {
  const plans: [string, OpenAccountCommand][] = [
    ...BANK_CURRENCIES.map((currency): [string, OpenAccountCommand] => [currency, settlement(currency)]),
    ...Object.entries(accounts).map(([name, plan]): [string, OpenAccountCommand] => [name, opening(plan)]),
  ]
  const answers = await write(database, [
    {
      at: new Date(YEAR.from).toISOString(),
      requests: plans.map(([name, command]) => ask(`open:${name}`, command)),
    },
  ])
  return new Map(plans.map(([name], at) => [name, subjectOf(answers[at])]))
}

/** Opens the bank's own accounts for loans, and returns the loans' history. */
async function lend(database: Transaction, ids: ReadonlyMap<string, string>): Promise<readonly Moment[]> {
  const names = ['principal', 'interest', 'overpayments', 'losses'] as const
  const requests = names.map((name) => bookRequest(name, LOAN_CURRENCY))
  const answers = await write(database, [{ at: new Date(YEAR.from).toISOString(), requests }])
  const [principal = '', interest = '', overpayments = '', losses = ''] = answers.map(subjectOf)
  return loansOfTheYear(
    { payer: idOf(ids, 'payerEuro'), payee: idOf(ids, 'payeeEuro') },
    { principal, interest, overpayments, losses },
  )
}

/** Funds the bank's liquidity. In an older demo an officer does that. */
async function fund(database: Transaction): Promise<void> {
  const at = new Date(YEAR.from).toISOString()
  for (const [currency, amount] of Object.entries(liquidityFunds)) {
    const opened = [treasuryRequest('capital', currency), treasuryRequest('liquidity', currency)]
    const [capital = '', liquidity = ''] = (await write(database, [{ at, requests: opened }])).map(subjectOf)
    const command = { name: 'fundLiquidity', currency, amount, capital, liquidity } as const
    await write(database, [{ at, requests: [ask(`fund:${currency}`, command)] }])
  }
}

const settlement = (currency: string): OpenAccountCommand => ({
  name: 'openAccount',
  owner: null,
  kind: 'INTERNAL',
  currency,
  label: `Settlement ${currency}`,
  floor: null,
  productId: null,
  branchId: null,
})

const opening = ({ owner, kind, currency, label, productId, branchId }: AccountPlan): OpenAccountCommand => ({
  name: 'openAccount',
  owner,
  kind,
  currency,
  label,
  floor: 0n,
  productId,
  branchId,
})

function transferOf({ account, other, amount, reference }: Movement, ids: ReadonlyMap<string, string>): Command {
  const { currency } = accounts[account]
  const own = idOf(ids, account)
  const others = idOf(ids, 'account' in other ? other.account : currency)
  const [from, to] = amount < 0n ? [others, own] : [own, others]
  return {
    name: 'transfer',
    from,
    to,
    amount: amount < 0n ? -amount : amount,
    currency,
    reference,
    merchantId: 'merchant' in other ? other.merchant : null,
  }
}

function idOf(ids: ReadonlyMap<string, string>, name: AccountName | string): string {
  const id = ids.get(name)
  if (id === undefined) throw new Error(`The seed opened no account "${name}".`)
  return id
}

/** Everything the seed asks for must be accepted: a refusal is a mistake in its data. */
async function write(database: Transaction, moments: readonly Moment[]): Promise<readonly Answer[]> {
  const answers = await addHistory(ledgerParts, database, moments)
  answers.forEach(subjectOf)
  return answers
}

function subjectOf(answer: Answer | undefined): string {
  if (answer?.outcome.accepted) return answer.outcome.subject
  throw new Error(`The ledger refused the seed: ${JSON.stringify(answer?.outcome)}`)
}
