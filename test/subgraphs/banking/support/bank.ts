/** A ledger on a database of its own, with shortcuts to open accounts and move money. */
import { randomUUID } from 'node:crypto'
import type { PrismaClient } from '../../../../prisma/generated/client.ts'
import { openLedgerDatabase } from '../../../../subgraphs/banking/database/open.ts'
import { createLedgerClock } from '../../../../subgraphs/banking/ledger/clock.ts'
import type { Answer } from '../../../../subgraphs/banking/ledger/evaluate.ts'
import { createLedger, type Forward, type Ledger } from '../../../../subgraphs/banking/ledger/ledger.ts'
import { type Actor, bankActor, type Command, ledgerRequest } from '../../../../subgraphs/banking/ledger/request.ts'
import type { Election } from '../../../../subgraphs/banking/ledger/writer.ts'
import { ledgerParts } from '../../../../subgraphs/banking/ledger-parts.ts'
import type { TransferCommand } from '../../../../subgraphs/banking/transfers/commands.ts'
import { createDatabase } from '../../../support/database.ts'
import { log } from '../../../support/log.ts'

export const bank = bankActor('test')
export const customer = (id: string): Actor => ({ id, officer: false })

export interface TestBank {
  /** Of its database. */
  readonly url: string
  readonly database: PrismaClient
  readonly ledger: Ledger
  ask(command: Command, options?: { actor?: Actor; key?: string }): Promise<Answer>
  /** Opens an account with a balance; resolves to its id. */
  open(options?: { owner?: string; currency?: string; balance?: bigint; floor?: bigint | null }): Promise<string>
  transfer(fields: Partial<TransferCommand>, options?: { actor?: Actor; key?: string }): Promise<Answer>
  close(): Promise<void>
}

interface BankOptions {
  /** The confirmed time, for a ledger whose clock a test has moved. */
  readonly confirmed?: string
  /**
   * An instance that takes part in elections; without it the instance writes itself, as in earlier
   * versions.
   */
  /** Milliseconds that the ledger waits for an answer of its database. */
  readonly answerTimeout?: number
  readonly elected?: { readonly instance: number; readonly election: Election; readonly forward?: Forward }
}

/** @param url a migrated database */
export function openBank(url: string, { confirmed, answerTimeout, elected }: BankOptions = {}): TestBank {
  const ledgerDatabase = openLedgerDatabase({
    url,
    connections: 4,
    ...(answerTimeout !== undefined && { answerTimeout }),
    ...(elected && { instance: elected.instance }),
  })
  const { prisma: database } = ledgerDatabase
  const ledger = createLedger({
    parts: ledgerParts,
    database: ledgerDatabase,
    clock: createLedgerClock({ confirmed }),
    log,
    ...elected,
  })
  const sources = new Map<string, Promise<string>>()

  const ask: TestBank['ask'] = (command, { actor = bank, key = randomUUID() } = {}) =>
    ledger.submit(ledgerRequest({ actor, key, requestId: null, command }))
  const openEmpty = async (owner: string | null, currency: string, floor: bigint | null): Promise<string> =>
    subjectOf(
      await ask({
        name: 'openAccount',
        owner,
        kind: owner === null ? 'INTERNAL' : 'CURRENT',
        currency,
        label: 'Test',
        floor,
        productId: null,
        branchId: null,
      }),
    )
  const sourceOf = (currency: string): Promise<string> => {
    const source = sources.get(currency) ?? openEmpty(null, currency, null)
    sources.set(currency, source)
    return source
  }
  const transfer: TestBank['transfer'] = (fields, options) =>
    ask(
      {
        name: 'transfer',
        from: null,
        to: null,
        amount: 1n,
        currency: 'EUR',
        reference: null,
        merchantId: null,
        ...fields,
      },
      options,
    )

  return {
    url,
    database,
    ledger,
    ask,
    transfer,
    async open({ owner, currency = 'EUR', balance = 0n, floor = 0n } = {}) {
      if (owner !== undefined)
        await database.customer.createMany({
          data: [{ id: owner, name: `Customer ${owner}`, email: `${owner}@example.com` }],
          skipDuplicates: true,
        })
      const id = await openEmpty(owner ?? null, currency, floor)
      if (balance > 0n) subjectOf(await transfer({ from: await sourceOf(currency), to: id, amount: balance, currency }))
      return id
    },
    async close() {
      await ledger.idle()
      await ledgerDatabase.close()
    },
  }
}

/** On a migrated database of its own, which is dropped when the bank closes. */
export async function createBank(): Promise<TestBank> {
  const { url, drop } = await createDatabase('migrated')
  const bank = openBank(url)
  return { ...bank, close: () => bank.close().then(drop) }
}

/** The id of an accepted operation's result. */
export function subjectOf({ outcome }: Answer): string {
  if (outcome.accepted) return outcome.subject
  throw new Error(`Refused: ${outcome.code}`)
}

/** The refusal's code, or `ACCEPTED`. */
export const verdictOf = ({ outcome }: Answer): string => (outcome.accepted ? 'ACCEPTED' : outcome.code)
