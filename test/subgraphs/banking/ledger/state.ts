/** The loaded state of a batch and its orders, without a database. */
import type { Account, LedgerState } from '../../../../subgraphs/banking/ledger/model.ts'
import { type LedgerRequest, ledgerRequest } from '../../../../subgraphs/banking/ledger/request.ts'
import { bank } from '../support/bank.ts'

/** Time of the state. */
export const AT = '2027-01-01T00:00:00.000Z'

export const account = (id: string, posted: bigint, dailyLimit: bigint | null = null): Account => ({
  id,
  owner: null,
  holder: null,
  currency: 'EUR',
  status: 'OPEN',
  floor: 0n,
  dailyLimit,
  spent: 0n,
  spentOn: null,
  debitsPending: 0n,
  debitsPosted: 0n,
  creditsPending: 0n,
  creditsPosted: posted,
})

/** @param hash hash of the last link of the audit chain */
export const stateOf = (accounts: readonly Account[], hash = '00'.repeat(32)): LedgerState => ({
  head: { sequence: 10n, operation: 20n, batch: 3n, account: 99n, at: AT, hash },
  accounts: new Map(accounts.map((each) => [each.id, each])),
  transfers: new Map(),
  rows: new Map(),
  remembered: new Map(),
})

export const order = (key: string, amount: bigint, from = 'a', to = 'b'): LedgerRequest =>
  ledgerRequest({
    actor: bank,
    key,
    requestId: null,
    command: { name: 'transfer', from, to, amount, currency: 'EUR', reference: null, merchantId: null },
  })
