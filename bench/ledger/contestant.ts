/** The ledger as the service runs it, with accounts for the load. */
import { randomUUID } from 'node:crypto'
import { createLogger } from '../../platform/process/log.ts'
import type { LedgerDatabase } from '../../subgraphs/banking/database/open.ts'
import { createLedger } from '../../subgraphs/banking/ledger/ledger.ts'
import { bankActor, type Command, ledgerRequest } from '../../subgraphs/banking/ledger/request.ts'
import { ledgerParts } from '../../subgraphs/banking/ledger-parts.ts'
import type { Move } from './load.ts'

const OPENING = 1_000_000_000n // minor units, enough for every transfer

export async function createGroupCommitLedger(
  database: LedgerDatabase,
  accountCount: number,
): Promise<{ accounts: readonly string[]; move: Move }> {
  const ledger = createLedger({ parts: ledgerParts, database, log: createLogger('bench', 'warn') })
  const actor = bankActor('bench')
  const submit = async (command: Command): Promise<string> => {
    const { outcome } = await ledger.submit(
      ledgerRequest({ actor, key: randomUUID(), requestId: randomUUID(), command }),
    )
    if (!outcome.accepted) throw new Error(outcome.message)
    return outcome.subject
  }
  const open = (floor: bigint | null): Promise<string> =>
    submit({
      name: 'openAccount',
      owner: null,
      kind: 'CURRENT',
      currency: 'EUR',
      label: 'Bench',
      floor,
      productId: null,
      branchId: null,
    })
  const transfer = (from: string, to: string, amount: bigint): Promise<string> =>
    submit({ name: 'transfer', from, to, amount, currency: 'EUR', reference: null, merchantId: null })

  const source = await open(null)
  const accounts = await Promise.all(Array.from({ length: accountCount }, () => open(0n)))
  await Promise.all(accounts.map((account) => transfer(source, account, OPENING)))
  return {
    accounts,
    async move(from, to) {
      await transfer(from, to, 1n)
    },
  }
}
