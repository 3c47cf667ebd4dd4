import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'

const project = fileURLToPath(new URL('../../', import.meta.url))
const run = promisify(execFile)

/** A checkout of its own, so that breaking it on purpose breaks nobody else's. */
let checkout: string
beforeAll(async () => {
  checkout = await mkdtemp(join(tmpdir(), 'contract-'))
  for (const each of ['gateway', 'platform', 'package.json', 'tributary.config.ts'])
    await cp(join(project, each), join(checkout, each), { recursive: true, filter: (path) => !path.endsWith('/dist') })
  for (const name of ['banking', 'weather', 'content'])
    await cp(join(project, `subgraphs/${name}/schema.graphql`), join(checkout, `subgraphs/${name}/schema.graphql`))
  await symlink(join(project, 'node_modules'), join(checkout, 'node_modules'))
  await node('compose')
  await run('git', ['init', '-q'], { cwd: checkout })
  await run('git', ['add', 'gateway'], { cwd: checkout })
  await run('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', 'commit', '-qm', 'as it is'], { cwd: checkout })
})
afterAll(() => rm(checkout, { recursive: true }))

const node = (script: 'compose' | 'contract') =>
  run(process.execPath, [`gateway/${script}.ts`], { cwd: checkout }).then(
    ({ stdout }) => ({ code: 0, said: stdout }),
    ({ code, stderr }: { code: number; stderr: string }) => ({ code, said: stderr }),
  )

/** Changes a schema, looks, and puts it back. */
async function withChange(service: string, from: string, to: string, look: () => Promise<void>): Promise<void> {
  const file = join(checkout, `subgraphs/${service}/schema.graphql`)
  const before = await readFile(file, 'utf8')
  expect(before).toContain(from)
  await writeFile(file, before.replace(from, to))
  try {
    await look()
  } finally {
    await writeFile(file, before)
    await node('compose')
  }
}

describe('npm run contract', () => {
  test('The contract of this project holds, and its composed files are current', async () => {
    const { stdout } = await run(process.execPath, ['gateway/contract.ts'], { cwd: project })
    expect(stdout).toContain('The contract holds')
  })

  test('A stale file is reported with the command that updates it', () =>
    withChange('weather', 'population: Int', 'population: Int\n  "Added by this test."\n  addedHere: Int', async () => {
      const { code, said } = await node('contract')
      expect([code, said]).toEqual([1, expect.stringMatching(/supergraph\.graphql is stale.*npm run supergraph/)])
      await node('compose')
      expect(await node('contract')).toEqual({ code: 0, said: 'The contract holds.\n' })
    }))

  test('A breaking change is reported with its field and its operation', async () => {
    await withChange('banking', '  balance: Balance!\n', '', async () => {
      await node('compose')
      const { code, said } = await node('contract')
      expect(code).toBe(1)
      expect(said).toContain('gateway/operations/1-overview.graphql')
      expect(said).toContain('"balance"')
    })
    await withChange(
      'banking',
      'currency: CurrencyCode!\n  "At most 140',
      'currency: CurrencyCode!\n  purpose: String!\n  "At most 140',
      async () => {
        await node('compose')
        const { code, said } = await node('contract')
        expect([code, said]).toEqual([1, expect.stringMatching(/2-transfer\.graphql: TransferInput\.purpose/)])
      },
    )
  })

  test('A change that breaks no operation passes', () =>
    withChange('weather', '  population: Int\n', '', async () => {
      await node('compose')
      expect(await node('contract')).toEqual({ code: 0, said: 'The contract holds.\n' })
    }))

  test('An invalid schema and schemas that do not compose are reported with their place', async () => {
    await withChange('content', 'type Article @key', 'type Article {{ @key', async () => {
      const { code, said } = await node('contract')
      expect([code, said]).toEqual([1, expect.stringMatching(/subgraphs\/content\/schema\.graphql:\d+:\d+ /)])
    })
    await withChange('weather', 'type Query {', 'type Query {\n  account(id: ID!): Int', async () => {
      const { code, said } = await node('contract')
      expect([code, said]).toEqual([1, expect.stringContaining('Query.account')])
    })
  })
})
