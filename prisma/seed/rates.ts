/** The demo's fictional exchange rates: the price of a euro in each currency. */
export const exchangeRates = [
  { currency: 'EUR', perEuro: '1' },
  { currency: 'USD', perEuro: '1.0852' },
  { currency: 'GBP', perEuro: '0.8564' },
  { currency: 'JPY', perEuro: '168.27' },
  { currency: 'KWD', perEuro: '0.33315' },
] as const

/** The demo bank's liquidity: about ten million euros of each currency, in minor units. */
export const liquidityFunds = {
  EUR: 1_000_000_000n,
  USD: 1_085_000_000n,
  GBP: 856_000_000n,
  JPY: 1_680_000_000n,
  KWD: 3_331_000_000n,
} as const
