/** Two services with tags of every kind, behind a gateway with two contract variants. */
import type { Logger } from '../../../platform/process/log.ts'
import { startTestGateway, type TestGateway, type TestGatewayOptions } from '../../support/gateway.ts'
import { type IdentityProvider, startIdentityProvider } from '../../support/identity-provider.ts'
import { type Journal, journalSdl, startJournal } from '../../support/journal.ts'
import { log } from '../../support/log.ts'
import { startSubgraph, type TestSubgraph } from '../../support/subgraph.ts'

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@tag", "@external",
  "@requires"])`

const staff = {
  sdl: `${LINK}
    type Query {
      person(id: ID! = "1", audit: Boolean @tag(name: "internal")): Person @tag(name: "public")
      parties(kind: Kind): [Party] @tag(name: "public")
      found(by: By): [Found] @tag(name: "public")
      payroll: Payroll @tag(name: "internal")
    }
    interface Party { id: ID! @tag(name: "public") name: String @tag(name: "public") }
    type Person implements Party @key(fields: "id payroll") {
      id: ID! @tag(name: "public")
      name: String @tag(name: "public")
      kind: Kind @tag(name: "public")
      payroll: ID @tag(name: "internal")
      salary: Int @tag(name: "internal")
    }
    type Agent implements Party @tag(name: "internal") { id: ID! name: String cover: String }
    union Found @tag(name: "public") = Person | Agent
    enum Kind { CLERK SPY @tag(name: "internal") }
    input By { name: String payroll: ID @tag(name: "internal") }
    type Payroll @tag(name: "internal") { total: Int }
  `,
  resolvers: {
    Query: {
      person: (_: unknown, { id }: { id: string }) => personOf(id),
      parties: () => [personOf('1'), agent],
      found: () => [agent, personOf('2')],
      payroll: () => ({ total: 9 }),
    },
  },
}
const agent = { __typename: 'Agent', id: '7', name: 'Bond', cover: 'exports' }
const personOf = (id: string) => ({
  __typename: 'Person',
  id,
  name: `name ${id}`,
  kind: id === '2' ? 'SPY' : 'CLERK',
  payroll: `p${id}`,
  salary: 100,
})

const desks = {
  sdl: `${LINK}
    type Query { floors: Int }
    type Person @key(fields: "id payroll") {
      id: ID! payroll: ID salary: Int @external
      desk: String @requires(fields: "salary") @tag(name: "public")
    }
  `,
  resolvers: { Person: { desk: ({ payroll, salary }: Record<string, string>) => `desk of ${payroll} for ${salary}` } },
}

export interface Bureau {
  readonly gateway: TestGateway
  readonly identity: IdentityProvider
  readonly journal: Journal
  readonly staff: TestSubgraph
  readonly services: TestGatewayOptions['services']
  /** What the gateway logged, as lines of JSON. */
  readonly logged: string[]
  stop(): Promise<void>
}

const VARIANTS = {
  public: { path: '/graphql/public', include: ['public'], exclude: ['internal'] },
  partner: { path: '/partners', exclude: ['internal'], identity: { required: true } },
}

export async function startBureau(options: Partial<TestGatewayOptions> = {}): Promise<Bureau> {
  const identity = await startIdentityProvider()
  const journal = await startJournal()
  const [one, two] = await Promise.all([startSubgraph(staff), startSubgraph(desks)])
  const tagged = journalSdl
    .replace('["@key"]', '["@key", "@tag"]')
    .replace('text: String!', 'text: String! @tag(name: "public")')
    .replace('written(after: String): Entry!', 'written(after: String): Entry! @tag(name: "public")')
  const services = [
    { name: 'staff', sdl: staff.sdl, url: one.url },
    { name: 'desks', sdl: desks.sdl, url: two.url },
    { name: 'journal', sdl: tagged, url: journal.url },
  ]
  const logged: string[] = []
  const gateway = await startTestGateway({
    services,
    log: keepingLog(logged),
    ...options,
    env: {
      OPERATIONS_BATCH_SIZE: '5',
      VARIANTS: JSON.stringify(VARIANTS),
      ...identity.env,
      ...options.env,
    },
  })
  return {
    gateway,
    identity,
    journal,
    staff: one,
    services,
    logged,
    async stop() {
      await gateway.stop()
      await Promise.all([one.close(), two.close(), journal.close(), identity.close()])
    },
  }
}

function keepingLog(lines: string[]): Logger {
  for (const level of ['warn', 'error'] as const)
    log[level] = ((fields: object, message: string) =>
      void lines.push(JSON.stringify({ level, ...fields, message }))) as never
  return log
}
