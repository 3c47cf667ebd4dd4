/** Cases whose kind another case shows too: by default they are skipped, and counted as such. */
import { describe, test } from '@jest/globals'

/** @param variable of the environment: with `all` nothing is left out. CONTRIBUTING.md lists them. */
export function runsInFull(variable: string) {
  const isFull = process.env[variable] === 'all'
  return { isFull, inFull: isFull ? test : test.skip, groupInFull: isFull ? describe : describe.skip }
}
