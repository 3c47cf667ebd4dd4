/** Cases similar to another case: by default they are skipped, and counted as skipped. */
import { describe, test } from '@jest/globals'

/**
 * @param variable name of an environment variable: with `all` nothing is skipped. CONTRIBUTING.md
 * lists them.
 */
export function runsInFull(variable: string) {
  const isFull = process.env[variable] === 'all'
  return { isFull, inFull: isFull ? test : test.skip, groupInFull: isFull ? describe : describe.skip }
}
