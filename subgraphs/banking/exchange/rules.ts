/** Who may change what a euro is worth. Quotes made before keep their rate: they are rows of their own. */
import { accept, refuse } from '../ledger/refusal.ts'
import type { Rule } from '../ledger/rules/rule.ts'
import type { SetExchangeRateCommand } from './rate.ts'

const setExchangeRate: Rule<SetExchangeRateCommand> = {
  needs: () => ({ accounts: [], transfers: [] }),
  evaluate({ currency, perEuro }, book, actor) {
    if (!actor.officer) return refuse('NOT_PERMITTED')
    book.effects.rates.set(currency, { currency, perEuro, at: book.at })
    // The rate itself is part of the outcome, so that the audit log tells who set which.
    return accept(currency, { perEuro })
  },
}

export const exchangeRules = { setExchangeRate }
