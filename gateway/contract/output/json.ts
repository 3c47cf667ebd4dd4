/** The report for programs. */
import type { Report } from '../checks/check.ts'

/** Its keys are those of `Report`; what is not known is left out. */
export const jsonOf = (report: Report): string => JSON.stringify(report, null, 2)
