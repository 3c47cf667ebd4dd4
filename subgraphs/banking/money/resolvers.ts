/** Money on the wire. */
import { codedError } from '../../../platform/protocol/errors.ts'
import { formatMoney, type Money } from './amount.ts'

const MAX_LOCALE_LENGTH = 64 // characters

export const moneyResolvers = {
  Money: {
    formatted(money: Money, { locale }: { locale?: string | null }): string {
      const tag = locale ?? 'en'
      try {
        if (tag.length <= MAX_LOCALE_LENGTH) return formatMoney(money, tag)
      } catch (error) {
        if (!(error instanceof RangeError)) throw error
      }
      throw codedError('BAD_USER_INPUT', '"locale" must be a BCP 47 language tag, for example "pt".')
    },
  },
}
