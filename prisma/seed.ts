/**
 * Fills a migrated database with the demo: customers, accounts and a year of movements, all through the ledger's own rules.
 * `node prisma/seed.ts` does it for `DATABASE_URL`. Doing it again changes nothing.
 */
import { z } from 'zod'
import { readSettings, SettingsError } from '../gateway/process/settings.ts'
import { openDatabase } from '../subgraphs/banking/database.ts'
import type { Answer, Moment } from '../subgraphs/banking/ledger/evaluate.ts'
import { writeHistory } from '../subgraphs/banking/ledger/history.ts'
import { bankActor, type Command, ledgerRequest, type OpenAccountCommand } from '../subgraphs/banking/ledger/request.ts'
import { BANK_CURRENCIES } from '../subgraphs/banking/money/currencies.ts'
import type { PrismaClient } from './generated/client.ts'
import { type AccountName, type AccountPlan, accounts, customers } from './seed/people.ts'
import { branches, merchants } from './seed/places.ts'
import { exchangeRates } from './seed/rates.ts'
import { type Movement, movementsOfTheYear, YEAR } from './seed/year.ts'

const actor = bankActor('seed')
const ask = (key: string, command: Command) => ledgerRequest({ actor, key, requestId: null, command })

/** @param url a migrated database; refused if it holds anything newer than the demo's year that is not the demo's */
export async function seed(url: string): Promise<void> {
  const database = openDatabase({ url, connections: 1 })
  try {
    await database.customer.createMany({ data: [...customers], skipDuplicates: true })
    await database.branch.createMany({ data: [...branches], skipDuplicates: true })
    await database.merchant.createMany({ data: [...merchants], skipDuplicates: true })
    await database.exchangeRate.createMany({ data: [...exchangeRates], skipDuplicates: true })
    const ids = await openAccounts(database)
    await write(
      database,
      movementsOfTheYear().map((movement) => ({
        at: movement.at,
        requests: [ask(movement.key, transferOf(movement, ids))],
      })),
    )
    // A planner that has seen the tables fill up plans for what is in them.
    await database.$executeRaw`ANALYZE`
  } finally {
    await database.$disconnect()
  }
}

/** Ids by name: the demo's accounts and, by currency, the bank's own accounts that face merchants and employers. */
async function openAccounts(database: PrismaClient): Promise<ReadonlyMap<string, string>> {
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
async function write(database: PrismaClient, moments: readonly Moment[]): Promise<readonly Answer[]> {
  const answers = await writeHistory(database, moments)
  answers.forEach(subjectOf)
  return answers
}

function subjectOf(answer: Answer | undefined): string {
  if (answer?.outcome.accepted) return answer.outcome.subject
  throw new Error(`The ledger refused the seed: ${JSON.stringify(answer?.outcome)}`)
}

if (import.meta.main) {
  try {
    const url = z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgresql:// URL' })
    const { DATABASE_URL } = readSettings(z.object({ DATABASE_URL: url }), process.env)
    await seed(DATABASE_URL)
  } catch (error) {
    console.error(error instanceof SettingsError ? error.message : error)
    process.exitCode = 1
  }
}
