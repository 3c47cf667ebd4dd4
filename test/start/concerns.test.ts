import { expect, test } from '@jest/globals'
import { services } from '../../gateway/config/registry.ts'
import { concerns } from '../../start/concerns.ts'

const all = services.map(({ name }) => name)
const stateful = services.filter(({ kind }) => kind === 'stateful').map(({ name }) => name)

test.each<[string, string[], string[]]>([
  ['gateway/execution/engine.ts', ['gateway'], []],
  ['gateway/map/page/main.tsx', ['gateway'], ['build']],
  ['gateway/playground/page/main.tsx', ['gateway'], ['build']],
  ['client/app/page/main.tsx', ['gateway'], ['build']],
  ['client/app/page/generated/graphql.ts', [], []],
  ['client/app/dist/index.html', [], []],
  ['client/connection/drive.ts', ['gateway'], ['build']],
  ['client/operations/accounts.graphql', ['gateway'], ['build']],
  ['client/generated/graphql.ts', [], []],
  ['client/dist/index.js', [], []],
  ['gateway/supergraph.graphql', [], []],
  ['start/identity/pages.ts', ['identity'], []],
  ['platform/http/message/body.ts', ['gateway', 'identity', ...all], []],
  ['subgraphs/weather/sky.ts', ['weather'], []],
  ['subgraphs/weather/schema.graphql', ['weather'], ['compose']],
  ['subgraphs/shared/serve.ts', all, []],
  ['subgraphs/content/library/en/loan-terms.md', [], []],
  ['subgraphs/banking/README.md', [], []],
  ['prisma/schema.prisma', stateful, ['build']],
  ['prisma/migrations/1_x/migration.sql', stateful, ['migrate']],
  ['prisma/generated/client.ts', [], []],
  ['subgraphs/cart/prisma/schema.prisma', ['cart'], ['build']],
  ['subgraphs/cart/prisma/migrations/1_x/migration.sql', ['cart'], ['migrate']],
  ['subgraphs/cart/prisma/generated/client.ts', [], []],
  ['prisma/embedded/server.ts', ['database'], []],
  ['gateway/.gateway.ts.swp', [], []],
])('A change of %s restarts %j, after %j', (path, names, jobs) => {
  const found = concerns([path])
  expect([...found.names]).toEqual(names)
  expect([...found.jobs]).toEqual(jobs)
  expect(found.again).toEqual([])
})

test('Several changes restart all processes that any of them restarts', () => {
  const { names, jobs } = concerns([
    'subgraphs/weather/sky.ts',
    'gateway/gateway.ts',
    'subgraphs/weather/schema.graphql',
  ])
  expect([[...names].sort(), [...jobs]]).toEqual([['gateway', 'weather'], ['compose']])
})

test('A change of the supervisor or its registry is reported as needing a restart by hand', () => {
  expect(concerns(['start/launch.ts', 'tributary.config.ts', 'gateway/gateway.ts']).again).toEqual([
    'start/launch.ts',
    'tributary.config.ts',
  ])
})
