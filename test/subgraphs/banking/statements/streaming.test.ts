/**
 * Statements of any length are written in bounded memory. @slow: it writes long ones.
 * `ENTRIES=1000000` writes longer ones.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from '@jest/globals'
import { formats } from '../../../../subgraphs/banking/statements/formats.ts'
import type { StatementEntry } from '../../../../subgraphs/banking/statements/statement.ts'
import { writeStatement } from '../../../../subgraphs/banking/statements/write.ts'
import { entry, header } from './samples.ts'

const ENTRIES = Number(process.env['ENTRIES'] ?? 150_000)
const MEGABYTE = 1024 * 1024

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')
const heapUsed = (): number => {
  collectGarbage()
  return process.memoryUsage().heapUsed
}

async function* manyEntries(): AsyncGenerator<StatementEntry> {
  for (let number = 1; number <= ENTRIES; number += 1) {
    yield { ...entry, id: String(number), amount: BigInt(-number), balanceAfter: BigInt(number) }
  }
}

test.each(Object.entries(formats))('Many entries are written as %s in constant memory', async (_name, format) => {
  let written = 0
  let largestChunk = 0
  let nextLook = 10 * MEGABYTE
  const before = heapUsed()
  let highest = before
  for await (const chunk of writeStatement(format, { header, entries: manyEntries() })) {
    written += chunk.length
    largestChunk = Math.max(largestChunk, chunk.length)
    if (written < nextLook) continue
    highest = Math.max(highest, heapUsed())
    nextLook += 10 * MEGABYTE
  }
  expect(written).toBeGreaterThan(ENTRIES * 100)
  expect(largestChunk).toBeLessThan(MEGABYTE)
  expect((highest - before) / MEGABYTE).toBeLessThan(8)
})

test.each(Object.entries(formats))(
  'A reader of %s that stops early also stops the reads of entries',
  async (_name, format) => {
    let closed = false
    async function* endless(): AsyncGenerator<StatementEntry> {
      try {
        for (;;) yield entry
      } finally {
        closed = true
      }
    }
    for await (const _chunk of writeStatement(format, { header, entries: endless() })) break
    expect(closed).toBe(true)
  },
)
