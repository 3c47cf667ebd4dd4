/** The demo's exchange rates, as they may have been: how much of each currency a euro is worth. */
export const exchangeRates = [
  { currency: 'EUR', perEuro: '1' },
  { currency: 'USD', perEuro: '1.0852' },
  { currency: 'GBP', perEuro: '0.8564' },
  { currency: 'JPY', perEuro: '168.27' },
  { currency: 'KWD', perEuro: '0.33315' },
] as const
