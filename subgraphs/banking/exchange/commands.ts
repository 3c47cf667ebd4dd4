/** The ledger's commands about exchanging currencies, and quotes. */
import type { TransferOrder } from '../transfers/commands.ts'

/** An offer to a customer; amounts are minor units. */
export interface Quote {
  readonly id: string
  readonly customer: string
  readonly sellCurrency: string
  readonly buyCurrency: string
  /** Including the spread. */
  readonly sellAmount: bigint
  readonly spread: bigint
  readonly buyAmount: bigint
  readonly expiresAt: string
  /** The first transfer of the exchange that used it up. */
  usedBy: string | null
}

/** A transfer between two currencies, as quoted. */
export interface ExchangeCommand extends TransferOrder {
  readonly name: 'exchange'
  readonly quoteId: string | null
  /**
   * The bank's accounts that receive, pay and earn, by the currencies of the order and of the
   * payee's account; null if the bank does not keep these. They do not depend on the quote, which
   * is removed some time after it expires: a retry must ask for the same as the first time.
   */
  readonly treasury: { readonly sell: string; readonly buy: string; readonly income: string } | null
}

export interface SetExchangeRateCommand {
  readonly name: 'setExchangeRate'
  readonly currency: string
  readonly perEuro: string
}

export interface FundLiquidityCommand {
  readonly name: 'fundLiquidity'
  readonly currency: string
  readonly amount: bigint
  /** The bank's own accounts: the source of funds, and its holdings of the currency. */
  readonly capital: string
  readonly liquidity: string
}

declare module '../ledger/request.ts' {
  interface LedgerCommands {
    exchange: ExchangeCommand
    setExchangeRate: SetExchangeRateCommand
    fundLiquidity: FundLiquidityCommand
  }
}
