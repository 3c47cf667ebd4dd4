import { createLogger } from '../../platform/process/log.ts'

/** Says nothing. */
export const log = createLogger('test', 'silent')
