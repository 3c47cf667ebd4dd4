/** The scalar that only loans use. */
import { textScalar } from '../request/scalars.ts'
import { formatRate, parseRate } from './terms.ts'

export const loanScalars = {
  Percentage: textScalar(
    'Percentage',
    'a string of digits with at most four decimals, such as "4.95"',
    parseRate,
    formatRate,
  ),
}
