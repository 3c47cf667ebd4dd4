/** Answers in lent memory, which is overwritten once it is returned. */
import { openAnswer, readBody } from '../../../../gateway/traffic/call/answer.ts'
import type { ServiceAnswer, ServiceCall } from '../../../../gateway/traffic/call/send.ts'
import { type Loan, lend } from '../../../../platform/memory/loans.ts'

/** An answer for a single call, as traffic gives it. */
export function lentAnswer(told: Buffer, read: ServiceCall['read']): ServiceAnswer {
  const loan = spoiling(lend(told.length))
  told.copy(loan.bytes)
  return read?.(loan.bytes) ? openAnswer(loan.bytes, undefined, loan) : readBody(loan.bytes, 200).answer
}

/** A mark that no request has; see `canary.ts`. */
const SPOILT = '~999999999~'

/** Overwrites the memory when it is freed, as its next user would. */
const spoiling = (loan: Loan): Loan => ({
  bytes: loan.bytes,
  free() {
    loan.bytes.fill(SPOILT)
    loan.free()
  },
})
const AT_ONCE = 8 // loans of each size
const LARGEST = 4_096 // bytes; few answers of the tests are larger

/** Overwrites all free memory. */
export function spoilFreeMemory(): void {
  for (let size = 256; size <= LARGEST; size *= 2)
    for (const each of [size, 1.5 * size]) {
      const loans = Array.from({ length: AT_ONCE }, () => lend(each))
      for (const { bytes } of loans) bytes.fill(SPOILT)
      for (const loan of loans) loan.free()
    }
}
