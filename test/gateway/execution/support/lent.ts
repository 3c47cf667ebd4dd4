/** Answers in memory that is lent, and what becomes of that memory when nobody has it. */
import { openAnswer, readBody } from '../../../../gateway/traffic/call/answer.ts'
import type { ServiceAnswer, ServiceCall } from '../../../../gateway/traffic/call/send.ts'
import { type Loan, lend } from '../../../../platform/memory/loans.ts'

/** As traffic gives an answer that is for one call alone. */
export function lentAnswer(told: Buffer, read: ServiceCall['read']): ServiceAnswer {
  const loan = spoiling(lend(told.length))
  told.copy(loan.bytes)
  return read?.(loan.bytes) ? openAnswer(loan.bytes, undefined, loan) : readBody(loan.bytes, 200).answer
}

/** A mark of no request; see `canary.ts`. */
const SPOILT = '~999999999~'

/** As the next one who has the memory would do. */
const spoiling = (loan: Loan): Loan => ({
  bytes: loan.bytes,
  free() {
    loan.bytes.fill(SPOILT)
    loan.free()
  },
})
const AT_ONCE = 8 // loans of each size
const LARGEST = 4_096 // bytes; few answers of the tests are larger

/** Writes over memory that nobody has. */
export function spoilFreeMemory(): void {
  for (let size = 256; size <= LARGEST; size *= 2)
    for (const each of [size, 1.5 * size]) {
      const loans = Array.from({ length: AT_ONCE }, () => lend(each))
      for (const { bytes } of loans) bytes.fill(SPOILT)
      for (const loan of loans) loan.free()
    }
}
