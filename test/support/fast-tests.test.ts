import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { makeDataFolder } from './data-folder.ts'
import { isFast } from './fast-tests.ts'

const path = (file: string): string => fileURLToPath(new URL(`../${file}`, import.meta.url))

test.each([
  ['start/concerns.test.ts', true],
  ['subgraphs/banking/loans/amortization.test.ts', true],
  ['gateway/execution/exact/merge.test.ts', true],
  ['start/dev.test.ts', false],
  ['support/database.test.ts', false],
  ['end-to-end/main-job.test.ts', false],
  ['growth.test.ts', false],
])('%s is fast: %s', (file, fast) => {
  expect(isFast(path(file))).toBe(fast)
})

test.each([
  ["import type { ChildProcess } from 'node:child_process'", true],
  ["import { type ChildProcess, spawn } from 'node:child_process'", false],
  ["export { spawn } from 'node:child_process'", false],
  ["const { spawn } = await import('node:child_process')", false],
  ["import './other.ts'\nimport { join } from 'node:path'", false],
  ["/** Long sums. @slow */\nimport { join } from 'node:path'", false],
  ["/** Short sums. */\nimport { join } from 'node:path'", true],
])('A file that holds %j is fast: %s', async (text, fast) => {
  const folder = await makeDataFolder()
  await writeFile(join(folder.path, 'other.ts'), "import {\n  Client,\n} from 'pg'\n")
  await writeFile(join(folder.path, 'some.test.ts'), text)
  expect(isFast(join(folder.path, 'some.test.ts'))).toBe(fast)
  await folder.remove()
})
