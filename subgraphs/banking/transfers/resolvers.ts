/** Transfers as the owners of their ends see them, and the order to make one. */
import { isOfficer, mayUse, requireScope } from '../access.ts'
import { maskAccountNumber } from '../accounts/number.ts'
import type { BankingContext } from '../context.ts'
import type { Money } from '../money/amount.ts'
import { type MutationResult, mutate } from '../mutation.ts'
import {
  type CaptureHoldInput,
  type HoldFundsInput,
  parseTransferId,
  readCaptureHoldInput,
  readHoldFundsInput,
  readTransferChange,
  readTransferInput,
  type TransferChangeInput,
  type TransferInput,
} from './input.ts'
import type { TransferRow } from './read.ts'

interface Party {
  readonly name: string
  readonly number: string
}

/** The transfer, if it touches an account the caller may see. */
async function visibleTransfer(id: string | null, context: BankingContext): Promise<TransferRow | null> {
  const reader = requireScope(context.caller, 'banking:read')
  const transfer = id !== null && parseTransferId(id) !== undefined ? await context.loaders.transfer.load(id) : null
  return transfer && (mayUse(reader, transfer.debitOwner) || mayUse(reader, transfer.creditOwner)) ? transfer : null
}

/** One end: the merchant's name stands for the bank's account that pays it. */
function partyOf(
  {
    name,
    number,
    owner,
    merchantName,
  }: { name: string; number: string; owner: string | null; merchantName: string | null },
  { caller }: BankingContext,
): Party {
  const shown = caller && (isOfficer(caller) || owner === caller.id)
  return {
    name: owner === null ? (merchantName ?? name) : name,
    number: shown ? number : maskAccountNumber(number),
  }
}

export const transferResolvers = {
  Query: {
    transfer: (_: unknown, { id }: { id: string }, context: BankingContext) => visibleTransfer(id, context),
  },
  Mutation: {
    transfer: (_: unknown, { input }: { input: TransferInput }, context: BankingContext): Promise<MutationResult> =>
      mutate(context, () => readTransferInput(input)),
    holdFunds: (_: unknown, { input }: { input: HoldFundsInput }, context: BankingContext): Promise<MutationResult> =>
      mutate(context, () => readHoldFundsInput(input)),
    captureHold: (
      _: unknown,
      { input }: { input: CaptureHoldInput },
      context: BankingContext,
    ): Promise<MutationResult> => mutate(context, () => readCaptureHoldInput(input)),
    voidHold: (
      _: unknown,
      { input }: { input: TransferChangeInput },
      context: BankingContext,
    ): Promise<MutationResult> => mutate(context, () => readTransferChange('voidHold', input)),
    reverseTransfer: (
      _: unknown,
      { input }: { input: TransferChangeInput },
      context: BankingContext,
    ): Promise<MutationResult> => mutate(context, () => readTransferChange('reverseTransfer', input)),
  },
  TransferResult: {
    __resolveType: ({ accepted }: MutationResult): string => (accepted ? 'TransferAccepted' : 'Refusal'),
  },
  TransferAccepted: {
    transfer: ({ subject }: { subject: string }, _: unknown, { loaders }: BankingContext) =>
      loaders.transfer.load(subject),
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
    postedAt: ({ status, resolvedAt }: TransferRow): Date | null => (status === 'POSTED' ? resolvedAt : null),
    reversalOf: ({ reversalOf }: TransferRow, _: unknown, context: BankingContext) =>
      visibleTransfer(reversalOf, context),
    reversedBy: ({ reversedBy }: TransferRow, _: unknown, context: BankingContext) =>
      visibleTransfer(reversedBy, context),
  },
}
