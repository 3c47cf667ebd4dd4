/** All that the ledger can do: the one list of its parts. */
import { accountsPart } from './accounts/rules.ts'
import { exchangePart } from './exchange/rules.ts'
import { holdsPart } from './holds/rules.ts'
import { joinParts, type LedgerParts } from './ledger/part.ts'
import { loansPart, openLoans } from './loans/rules.ts'
import { schedulesPart } from './schedules/rules.ts'
import { transfersPart } from './transfers/rules.ts'
import { webhooksPart } from './webhooks/rules.ts'

export const ledgerParts: LedgerParts = joinParts([
  accountsPart([openLoans]),
  transfersPart,
  holdsPart,
  schedulesPart,
  exchangePart,
  loansPart,
  webhooksPart,
])
