/** `npm run ledger:verify` and `npm run ledger:anchor`, as processes. */
import { execFile } from 'node:child_process'
import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { processEnvironment } from '../../../../platform/memory/node-flags.ts'
import { newFolder } from '../../../support/folder.ts'
import { createBank, type TestBank } from '../support/bank.ts'

const main = fileURLToPath(new URL('../../../../subgraphs/banking/audit/main.ts', import.meta.url))

let bank: TestBank
let folder: string
beforeAll(async () => {
  folder = await newFolder()
  bank = await createBank()
  await bank.open({ balance: 10n })
})
afterAll(() => bank.close())

const run = (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
  promisify(execFile)(process.execPath, [main, ...args], {
    env: { ...processEnvironment, PATH: process.env['PATH'], DATABASE_URL: bank.url, DATA_DIR: folder },
  }).then(
    (output) => ({ code: 0, ...output }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  )

test('An anchor verifies with the key that signed it, also after the ledger has grown', async () => {
  const { stdout } = await run('anchor')
  const file = join(folder, 'anchor.json')
  await writeFile(file, stdout)
  expect((await stat(join(folder, 'ledger-anchor.pem'))).mode & 0o777).toBe(0o600)
  await bank.open({ balance: 10n })
  for (const flag of ['--anchor', '--from'])
    expect(await run('verify', flag, file)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^sound: \d+ operations/),
    })
  await writeFile(file, stdout.replace(/"batch":"\d+"/, '"batch":"1"'))
  expect(await run('verify', '--anchor', file)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('no anchor that was signed'),
  })
})

test.each([
  [['verify', '--anchor', '/nowhere.json'], '--anchor: /nowhere.json cannot be read (ENOENT).'],
  [['verify', '--all'], 'Usage: npm run ledger:verify'],
  [['repair'], 'verify|anchor'],
])('The command %j is refused in one line', async (args, said) => {
  const { code, stderr } = await run(...args)
  expect([code, stderr.trim().split('\n').length]).toEqual([2, 1])
  expect(stderr).toContain(said)
})

test('The command fails on a broken ledger and names the row', async () => {
  await bank.database.$executeRaw`ALTER TABLE accounts DISABLE TRIGGER USER`
  await bank.database
    .$executeRaw`UPDATE accounts SET credits_posted = credits_posted + 1, debits_posted = debits_posted + 1
    WHERE id = (SELECT max(id) FROM accounts)`
  expect(await run('verify')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^broken: the posted counters of account \d{14}/),
  })
})
