import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { services } from '../../../gateway/config/registry.ts'
import { textOfDay } from '../../../gateway/usage/day.ts'
import { addToday } from '../../../gateway/usage/files.ts'
import type { UseRecords } from '../../../gateway/usage/records.ts'
import { newFolder } from '../../support/folder.ts'
import { reviews, shop } from './small-graph.ts'

const project = fileURLToPath(new URL('../../../', import.meta.url))
const run = promisify(execFile)

/** A checkout of its own, so that breaking it on purpose breaks nobody else's. */
let checkout: string
beforeAll(async () => {
  checkout = await newFolder()
  for (const each of ['gateway', 'platform', 'package.json', 'tributary.config.ts'])
    await cp(join(project, each), join(checkout, each), { recursive: true, filter: (path) => !path.endsWith('/dist') })
  for (const { name } of services)
    await cp(join(project, `subgraphs/${name}/schema.graphql`), join(checkout, `subgraphs/${name}/schema.graphql`))
  await symlink(join(project, 'node_modules'), join(checkout, 'node_modules'))
  await git('init', '-q', '-b', 'main')
  await git('add', 'gateway', 'subgraphs')
  await commit('as it is')
})

const git = (...args: string[]) => run('git', args, { cwd: checkout })
const AS_SOMEBODY = ['-c', 'user.name=a', '-c', 'user.email=a@b.c']
const commit = (message: string) => git(...AS_SOMEBODY, 'commit', '-qam', message)

interface Answer {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const { PATH, NODE_COMPILE_CACHE } = process.env
const ENVIRONMENT = { PATH, NODE_COMPILE_CACHE }

const node = (script: string, ...args: string[]): Promise<Answer> =>
  run(process.execPath, [`gateway/${script}`, ...args], { cwd: checkout, env: ENVIRONMENT }).then(
    (said) => ({ code: 0, ...said }),
    ({ code, stdout, stderr }: Answer) => ({ code, stdout, stderr }),
  )
const contract = (...args: string[]): Promise<Answer> => node('contract/main.ts', ...args)

/** A draft of a service's schema, beside the checkout. */
async function draft(service: string, from: string, to: string): Promise<string> {
  const text = await readFile(join(checkout, `subgraphs/${service}/schema.graphql`), 'utf8')
  expect(text).toContain(from)
  const file = join(checkout, `${service}-draft.graphql`)
  await writeFile(file, text.replace(from, to))
  return `${service}=${file}`
}

describe('npm run contract', () => {
  test('The contract of this project holds, and its composed files are current', async () => {
    const { stdout } = await run(process.execPath, ['gateway/contract/main.ts'], { cwd: project })
    expect(stdout).toContain('The contract holds')
  })

  test('A branch is compared with where it left the main one; a stale file is reported with the command that updates it', async () => {
    await git('checkout', '-qb', 'change')
    const file = join(checkout, 'subgraphs/weather/schema.graphql')
    const before = await readFile(file, 'utf8')
    await writeFile(file, before.replace('  population: Int\n', ''))
    await commit('a city has no people')
    const { code, stdout } = await contract()
    expect([code, stdout]).toEqual([1, expect.stringMatching(/supergraph\.graphql is stale.*npm run supergraph/)])
    expect(stdout).toMatch(/where this branch left main/)
    expect(stdout).toMatch(/`population` was removed.*\n.*passes: no known client is affected/)
    expect((await contract('--base', 'HEAD')).stdout).not.toContain('population')
    await git('checkout', '-q', 'main')
  })

  test('A breaking change is reported with its field, its operation and the lines of both', async () => {
    const { code, stdout } = await contract('--service', await draft('banking', '  balance: Balance!\n', ''))
    expect(code).toBe(1)
    expect(stdout).toMatch(/breaking +Field `balance` was removed from object type `Account` {2}\[FIELD_REMOVED\]/)
    expect(stdout).toMatch(/banking-draft\.graphql:\d+: breaks/)
    expect(stdout).toMatch(/Overview \(gateway\/operations\/1-overview\.graphql:\d+\)/)
  })

  test('A released supergraph is a base, for directives as well; what is accepted passes', async () => {
    const changed = await draft('banking', '[["banking:read"]]', '[["banking:officer"]]')
    const { code, stdout } = await contract('--base', 'gateway/supergraph.graphql', '--service', changed, '--json')
    const { findings } = JSON.parse(stdout) as { findings: { code: string; coordinate: string }[] }
    expect(code).toBe(1)
    const place = { file: 'banking-draft.graphql' }
    expect(findings).toMatchObject([{ code: 'SCOPES_TIGHTENED', coordinate: 'Query.me', verdict: 'fails', place }])
    const accepted = await contract(
      '--base',
      'gateway/supergraph.graphql',
      '--service',
      changed,
      '--accept',
      'Query.me',
    )
    expect([accepted.code, accepted.stdout]).toEqual([0, expect.stringContaining('breaks, and is accepted')])
  })

  test("Another team's services are checked alone, against a revision of their own repository", async () => {
    const team = join(checkout, 'team')
    const inTeam = (...args: string[]) => run('git', [...AS_SOMEBODY, ...args], { cwd: team })
    await mkdir(join(team, 'app'), { recursive: true })
    await writeFile(join(team, 'shop.graphql'), shop)
    await writeFile(join(team, 'reviews.graphql'), reviews)
    await writeFile(join(team, 'app/Page.tsx'), '\nconst page = gql`\n  query Page { product(id: 1) { name } }\n`\n')
    await inTeam('init', '-q', '-b', 'main')
    await inTeam('add', '.')
    await inTeam('commit', '-qm', 'as it is')
    await writeFile(join(team, 'shop.graphql'), shop.replace('  name: String!\n  price', '  price'))
    const named = ['shop', 'reviews'].flatMap((name) => ['--service', `${name}=team/${name}.graphql`])
    const { code, stdout } = await contract('--alone', ...named, '--operations', 'team/app', '--github')
    expect([code, stdout]).toEqual([1, expect.stringMatching(/Page \(team\/app\/Page\.tsx:3\)/)])
    expect(stdout).toMatch(/^::error file=team\/shop\.graphql,line=\d+,col=\d+,title=.*name/m)
    expect(stdout).toMatch(/^::error file=team\/app\/Page\.tsx,line=3,/m)
  })

  test('Schemas that are no GraphQL are reported with their place', async () => {
    const { code, stdout } = await contract(
      '--service',
      await draft('content', 'type Article implements', 'type Article {{ implements'),
    )
    expect([code, stdout]).toEqual([1, expect.stringMatching(/content-draft\.graphql:\d+ .*\[COMPOSITION\]/)])
  })

  test('Both commands report recorded use; a removal that breaks a client exits with code 1', async () => {
    const folder = join(checkout, '.data/usage')
    const documents: UseRecords['documents'] = {
      d: { operation: 'People', kind: 'query', coordinates: ['City.population'] },
    }
    const row = { document: 'd', client: 'android', version: '3.1.0', requests: 12, given: {} }
    await addToday(folder, [textOfDay('2026-11-20', { documents, rows: [row] })], 60, Date.parse('2026-11-20'))
    const changed = await draft('weather', '  population: Int\n', '')
    const contradicted = await contract('--use', folder, '--service', changed)
    const words = /People of android 3\.1\.0 \(12 requests, last on 2026-11-20\)/
    expect([contradicted.code, contradicted.stdout]).toEqual([1, expect.stringMatching(words)])
    const removal = await node('contract/usage/main.ts', '--without', 'City.population')
    expect([removal.code, removal.stdout]).toEqual([1, expect.stringMatching(words)])
    await mkdir(join(checkout, 'client/app'), { recursive: true })
    await writeFile(join(checkout, 'client/app/city.ts'), 'gql`query Folk {\n  city(id: "1") { population }\n}`\n')
    const { stdout } = await node('contract/usage/main.ts', '--without', 'City.population')
    expect(stdout).toMatch(/Folk \(client\/app\/city\.ts:2\)/)
  })

  test('A base that does not exist is refused in words with exit code 2', async () => {
    expect(await contract('--base', 'no-such-revision')).toEqual({
      code: 2,
      stdout: '',
      stderr: '--base no-such-revision: there is no such file, and no such Git revision.\n',
    })
  })
})
