/**
 * Computes the price of an exchange: exact decimal arithmetic, every rounding in the bank's favour.
 */
import { Decimal } from 'decimal.js' // MIT; arbitrary precision, the field's usual choice for rates
import { MAX_AMOUNT } from '../money/amount.ts'
import { exponentOf } from '../money/currencies.ts'

const Exact = Decimal.clone({ precision: 60 })

/** The bank's earnings: half a percent of the sold amount. */
const SPREAD = new Exact('0.005')

export interface Offer {
  /** Minor units that leave the customer's account, including the spread. */
  readonly sellAmount: bigint
  /** Minor units of them that the bank keeps, rounded up. */
  readonly spread: bigint
  /** Minor units of the other currency that arrive, rounded down. */
  readonly buyAmount: bigint
  /** Units of the bought currency for one unit of the sold one. */
  readonly rate: Decimal
}

/** How much of each currency a euro is worth. */
interface Rates {
  readonly sell: Decimal.Value
  readonly buy: Decimal.Value
}

/**
 * Undefined if the amount is so small that nothing would arrive, or so large that it exceeds 64
 * bits.
 */
export function offer(
  { sell, buy }: { readonly sell: string; readonly buy: string },
  sellAmount: bigint,
  perEuro: Rates,
): Offer | undefined {
  const rate = new Exact(perEuro.buy).div(perEuro.sell)
  const spread = BigInt(SPREAD.mul(sellAmount.toString()).ceil().toFixed(0))
  const scale = new Exact(10).pow((exponentOf(buy) ?? 0) - (exponentOf(sell) ?? 0))
  const net = new Exact((sellAmount - spread).toString())
  // Divides last: a rounded rate would turn an exact 100 into 99.99…, and lose a minor unit.
  const buyAmount = BigInt(net.mul(perEuro.buy).mul(scale).div(perEuro.sell).floor().toFixed(0))
  return buyAmount >= 1n && buyAmount <= MAX_AMOUNT && spread < sellAmount
    ? { sellAmount, spread, buyAmount, rate }
    : undefined
}
