/** Adds a trial balance up by currency. */
import type { Amount } from '../format/money.ts'

interface Line {
  readonly currency: string
  readonly debits: Amount
  readonly credits: Amount
}

interface Total<One extends Line> {
  readonly currency: string
  readonly debits: Amount
  readonly credits: Amount
  /** Whether both are equal, as they must be. */
  readonly isEven: boolean
  readonly lines: readonly One[]
}

export function totalsOf<One extends Line>(lines: readonly One[]): readonly Total<One>[] {
  return [...Map.groupBy(lines, ({ currency }) => currency)].map(([currency, ofCurrency]) => {
    const sumOf = (side: 'debits' | 'credits'): Amount => ({
      amount: `${ofCurrency.reduce((sum, line) => sum + BigInt(line[side].amount), 0n)}`,
      currency,
    })
    const [debits, credits] = [sumOf('debits'), sumOf('credits')]
    return { currency, debits, credits, isEven: debits.amount === credits.amount, lines: ofCurrency }
  })
}
