import { createLogger } from '../../platform/process/log.ts'

/** A logger without output. */
export const log = createLogger('test', 'silent')
