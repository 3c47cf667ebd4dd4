/** The ledger as the service runs it, with accounts for the load. */
import { randomUUID } from 'node:crypto'
import { createLogger } from '../../platform/process/log.ts'
import type { LedgerDatabase } from '../../subgraphs/banking/database/open.ts'
import { createLedger } from '../../subgraphs/banking/ledger/ledger.ts'
import { bankActor, type Command, ledgerRequest } from '../../subgraphs/banking/ledger/request.ts'
import { ledgerParts } from '../../subgraphs/banking/ledger-parts.ts'
import type { Move } from './load.ts'

/** Opening balance of each account in minor units: enough for every transfer. */
const OPENING = 1_000_000_000n

type Submit = (command: Command) => Promise<string>

interface LedgerOn {
  submit: Submit
  move(from: string, to: string, amount: bigint): Promise<void>
}

/** The ledger on a database that has accounts. */
export function ledgerOn(database: LedgerDatabase): LedgerOn {
  const ledger = createLedger({ parts: ledgerParts, database, log: createLogger('bench', 'warn') })
  const actor = bankActor('bench')
  const submit: Submit = async (command) => {
    const { outcome } = await ledger.submit(
      ledgerRequest({ actor, key: randomUUID(), requestId: randomUUID(), command }),
    )
    if (!outcome.accepted) throw new Error(outcome.message)
    return outcome.subject
  }
  return {
    submit,
    async move(from, to, amount) {
      await submit({ name: 'transfer', from, to, amount, currency: 'EUR', reference: null, merchantId: null })
    },
  }
}

/** @param ownerOf the customer whose account it is, by its number from 0; null: the bank's own */
export async function createGroupCommitLedger(
  database: LedgerDatabase,
  accountCount: number,
  ownerOf: (index: number) => string | null = () => null,
): Promise<{ accounts: readonly string[]; move: Move }> {
  const { submit, move } = ledgerOn(database)
  const open = (floor: bigint | null, owner: string | null): Promise<string> =>
    submit({
      name: 'openAccount',
      owner,
      kind: 'CURRENT',
      currency: 'EUR',
      label: 'Bench',
      floor,
      productId: null,
      branchId: null,
    })
  const source = await open(null, null)
  const accounts = await Promise.all(Array.from({ length: accountCount }, (_, index) => open(0n, ownerOf(index))))
  await Promise.all(accounts.map((account) => move(source, account, OPENING)))
  return { accounts, move: (from, to) => move(from, to, 1n) }
}
