/**
 * Values taken from above (`@context`, `@fromContext`), and every directive that passes through:
 * cost, tags, composed directives.
 */
import { read, type Thing, type Universe } from '../support/universe.ts'

const link = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@context", "@fromContext", "@shareable", "@external", "@requires", "@tag",
    "@cost", "@listSize", "@inaccessible", "@composeDirective", "@override"])
  @link(url: "https://example.com/badge/v1.0", import: ["@badge"])
  @composeDirective(name: "@badge")
directive @badge(text: String) on FIELD_DEFINITION | OBJECT
`

const staff = `${link}
type Query {
  company(id: ID!): Company
  companies(first: Int): [Company] @listSize(slicingArguments: ["first"], requireOneSlicingArgument: false) @cost(weight: 3)
  motto: String
}
type Company @key(fields: "id") @context(name: "company") @badge(text: "big") {
  id: ID!
  name: String
  currency: String! @tag(name: "money")
  locale(kind: Int): Locale @badge(text: "small")
  desks: [Desk!]
  nested: [[Desk]]
  hidden: String @inaccessible
}
type Locale { code: String region: String }
type Desk @key(fields: "id") {
  id: ID!
  number: Int
  price(company: String @fromContext(field: "$company { currency }")): String
  tools: [Tool]
}
type Tool @key(fields: "id") { id: ID! label: String }
`

const payroll = `${link}
type Query { payday: Int }
type Desk @key(fields: "id") { id: ID! number: Int @external owner: String rank: Int @requires(fields: "number") }
type Company @key(fields: "id") { id: ID! budget(year: Int): Int tagline: String }
type Tool @key(fields: "id") @context(name: "tool") { id: ID! weight: Int! parts: [Part!] }
type Part @key(fields: "id") { id: ID! mass(toolWeight: Int @fromContext(field: "$tool { weight }")): Int }
`

const parts = `${link}
type Query { catalogue: String }
type Part @key(fields: "id") { id: ID! title: String }
`

function createWorld() {
  const shared = [
    { __typename: 'Part', id: '1', title: 'Screw', mass: null },
    { __typename: 'Part', id: 'p1', title: null, mass: null },
  ]
  const tools = ['1', 'p1'].map((id, index) => {
    const weight = index + 10
    // The plain schema has no context: there a part knows its tool.
    const ownParts = shared.map((part) => ({ ...part, toolWeight: weight }))
    return { __typename: 'Tool', id, label: index === 0 ? 'Saw' : null, weight, parts: ownParts }
  })
  const companies = ['1', 'two'].map((id, index) => {
    const currency = index === 0 ? 'EUR' : 'USD'
    const desks = ['1', 'p1', 'id'].map((deskId, at) => ({
      __typename: 'Desk',
      id: deskId,
      number: at === 2 ? null : at,
      owner: at === 0 ? null : `Owner ${deskId}`,
      currency,
      tools: at === 1 ? null : [tools[at % 2], null],
    }))
    return {
      __typename: 'Company',
      id,
      name: index === 0 ? 'Acme' : null,
      currency,
      locale: ({ kind }: Readonly<Record<string, unknown>>) =>
        kind === 1 ? null : { __typename: 'Locale', code: `l${id}`, region: `${kind}` },
      desks,
      nested: [[desks[0], null], null, [desks[2]]],
      hidden: 'never',
      tagline: `We ${id}`,
      budget: ({ year }: Readonly<Record<string, unknown>>) => (typeof year === 'number' ? year * 2 : null),
    }
  })
  const desks = companies.flatMap((company) => company.desks)
  return {
    Query: {
      company: ({ id }: Readonly<Record<string, unknown>>) => companies.find((each) => each.id === id) ?? null,
      companies: ({ first }: Readonly<Record<string, unknown>>) =>
        typeof first === 'number' ? companies.slice(0, Math.max(0, first)) : companies,
      motto: 'Onwards',
      catalogue: null,
      payday: 25,
    },
    entities: [...companies, ...desks, ...tools, ...shared] as Thing[],
  }
}

export const office: Universe = {
  name: 'office',
  services: { staff, payroll, parts },
  createWorld,
  computed: {
    'Desk.price': (input, args) => `in ${args['company'] ?? read(input, 'currency')}`,
    'Desk.rank': (input) => (typeof read(input, 'number') === 'number' ? Number(read(input, 'number')) + 1 : null),
    'Part.mass': (input, args) => args['toolWeight'] ?? read(input, 'toolWeight') ?? null,
  },
}
