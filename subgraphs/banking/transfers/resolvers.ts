/** Transfers as the owners of their ends see them, and the order to make one. */
import type { MadeTransfer } from '../ledger/made.ts'
import type { Money } from '../money/amount.ts'
import { mayUse, requireScope } from '../request/access.ts'
import type { BankingContext } from '../request/context.ts'
import { asking, type MutationResult, mutate, readBack, resultOf } from '../request/mutation.ts'
import type { BatchItemOutcome } from './batch.ts'
import {
  parseTransferId,
  readTransferBatchInput,
  readTransferChange,
  readTransferInput,
  type TransferInput,
} from './input.ts'
import { type Party, partyOf } from './party.ts'
import { madeRow, readGroupIds, type TransferRow, transferById } from './read.ts'

/** The transfer, if it touches an account the caller may see. */
async function visibleTransfer(id: string | null, context: BankingContext): Promise<TransferRow | null> {
  const reader = requireScope(context.caller, 'banking:read')
  const transfer = id !== null && parseTransferId(id) !== null ? await context.load(transferById, id) : null
  return transfer && (mayUse(reader, transfer.debitOwner) || mayUse(reader, transfer.creditOwner)) ? transfer : null
}

/** Makes a transfer that follows a quote. */
export type ByQuote = (input: TransferInput, quoteId: string, context: BankingContext) => Promise<MutationResult>

export const transferResolvers = (byQuote: ByQuote) => ({
  Query: {
    transfer: (_: unknown, { id }: { id: string }, context: BankingContext) => visibleTransfer(id, context),
  },
  Mutation: {
    transfer: (_: unknown, { input }: { input: TransferInput }, context: BankingContext): Promise<MutationResult> =>
      typeof input.quoteId === 'string'
        ? byQuote(input, input.quoteId, context)
        : mutate(context, () => readTransferInput(input)),
    transferBatch: asking(readTransferBatchInput),
    reverseTransfer: asking(readTransferChange('reverseTransfer')),
  },
  TransferResult: resultOf('TransferAccepted'),
  TransferBatchResult: resultOf('TransferBatchAccepted'),
  TransferBatchAccepted: {
    items: ({ details }: { details: readonly BatchItemOutcome[] }) => details,
  },
  TransferBatchItem: {
    transfer: (item: BatchItemOutcome, _: unknown, context: BankingContext) =>
      'transfer' in item ? readBack(context, ({ load }) => load(transferById, item.transfer)) : null,
    code: (item: BatchItemOutcome): string | null => ('code' in item ? item.code : null),
    message: (item: BatchItemOutcome): string | null => ('message' in item ? item.message : null),
  },
  TransferAccepted: {
    transfer: ({ subject, made }: { subject: string; made?: MadeTransfer }, _: unknown, context: BankingContext) =>
      made ? madeRow(made) : readBack(context, ({ load }) => load(transferById, subject)),
  },
  Transfer: {
    __resolveReference: ({ id }: { id: string }, context: BankingContext) => visibleTransfer(id, context),
    amount: ({ amount, postedAmount, currency }: TransferRow): Money => ({ amount: postedAmount ?? amount, currency }),
    held: ({ kind, amount, currency }: TransferRow): Money | null => (kind === 'HOLD' ? { amount, currency } : null),
    from: (transfer: TransferRow, _: unknown, context: BankingContext): Party =>
      partyOf(
        {
          name: transfer.debitName,
          number: transfer.debitNumber,
          owner: transfer.debitOwner,
          merchantName: transfer.merchantName,
        },
        context,
      ),
    to: (transfer: TransferRow, _: unknown, context: BankingContext): Party =>
      partyOf(
        {
          name: transfer.creditName,
          number: transfer.creditNumber,
          owner: transfer.creditOwner,
          merchantName: transfer.merchantName,
        },
        context,
      ),
    merchant: ({ merchantId, merchantName, merchantCategory, merchantCityId }: TransferRow) =>
      merchantId === null
        ? null
        : { id: merchantId, name: merchantName, category: merchantCategory, cityId: merchantCityId },
    async group({ id, groupId }: TransferRow, _: unknown, context: BankingContext): Promise<TransferRow[]> {
      const ids = groupId === null ? [id] : await readGroupIds(context.database, groupId)
      const group = await Promise.all(ids.map((each) => visibleTransfer(each, context)))
      return group.filter((transfer) => transfer !== null)
    },
    postedAt: ({ status, resolvedAt }: TransferRow): Date | null => (status === 'POSTED' ? resolvedAt : null),
    reversalOf: ({ reversalOf }: TransferRow, _: unknown, context: BankingContext) =>
      visibleTransfer(reversalOf, context),
    reversedBy: ({ reversedBy }: TransferRow, _: unknown, context: BankingContext) =>
      visibleTransfer(reversedBy, context),
  },
})
