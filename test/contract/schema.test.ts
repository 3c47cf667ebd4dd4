/**
 * The public schema, as its clients may rely on it. Read from top to bottom it is the contract;
 * `npm run contract` reports whom a changed line affects.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import {
  buildSchema,
  type GraphQLField,
  type GraphQLInputObjectType,
  type GraphQLObjectType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  isUnionType,
  Kind,
  parse,
} from 'graphql'
import { readAccessRules } from '../../gateway/execution/plan/access-rules.ts'

const read = (file: string): string => readFileSync(new URL(`../../gateway/${file}`, import.meta.url), 'utf8')
const schema = buildSchema(read('schema.graphql'))
const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'))
const objects = types.filter(isObjectType)

type Field = GraphQLField<unknown, unknown>

const objectOf = (name: string): GraphQLObjectType => {
  const type = schema.getType(name)
  if (!isObjectType(type)) throw new Error(`There is no object type ${name}.`)
  return type
}
const fieldsOf = (name: string): readonly Field[] => Object.values(objectOf(name).getFields())
/** For example `account(id: ID!): Account`. */
const signature = ({ name, args, type }: Field): string => {
  const given = args.map((one) => `${one.name}: ${one.type}`)
  return `${name}${given.length > 0 ? `(${given.join(', ')})` : ''}: ${type}`
}
const signatures = (type: string): readonly string[] => fieldsOf(type).map(signature)
const everyField = objects.flatMap((type) => fieldsOf(type.name).map((field) => ({ type: type.name, field })))

describe('What one can ask for', () => {
  test.each([
    'me: Customer',
    'account(id: ID!): Account',
    'transfer(id: ID!): Transfer',
    'schedule(id: ID!): Schedule',
    'loan(id: ID!): Loan',
    'loans(state: LoanState!, first: Int, after: String, last: Int, before: String): LoanConnection!',
    'customers(search: String, first: Int, after: String, last: Int, before: String): CustomerConnection!',
    'customer(id: ID!): Customer',
    'trialBalance: [TrialBalanceLine!]!',
    'operations(first: Int, after: String, last: Int, before: String): LedgerOperationConnection!',
    'auditHead: AuditHead',
  ])('The bank answers its customers and officers: %s', (field) => expect(signatures('Query')).toContain(field))

  test.each(['exchangeRates: [ExchangeRate!]!', 'quoteLoan(terms: LoanQuoteInput!): LoanQuote!'])(
    'The bank answers anybody: %s',
    (field) => expect(signatures('Query')).toContain(field),
  )

  test.each([
    'city(id: ID!): City',
    'cities(search: String, near: CoordinatesInput, radius: Float, first: Int, after: String, last: Int, before: String): CityConnection!',
    'weather(at: CoordinatesInput!): Weather',
    'article(slug: String!, locale: String): Article',
    'asset(path: String!): Asset',
  ])('Weather and content answer anybody: %s', (field) => expect(signatures('Query')).toContain(field))

  test.each(['node(nodeId: ID!): Node', 'nodes(nodeIds: [ID!]!): [Node]!'])(
    'Every object with an id of its own is found again by its nodeId: %s',
    (field) => {
      expect(signatures('Query')).toContain(field)
      const withId = objects.filter(
        (type) => String(type.getFields()['id']?.type) === 'ID!' && type.name !== 'ExchangeQuote',
      )
      const node = schema.getType('Node')
      const nodes = isInterfaceType(node) ? schema.getPossibleTypes(node) : []
      expect(nodes.map(({ name }) => name)).toEqual(withId.map(({ name }) => name))
    },
  )

  test('One follows what happens to an account, from any event on', () =>
    expect(signatures('Subscription')).toContain('accountActivity(accountId: ID, after: String): AccountEvent!'))
})

describe('What one can do', () => {
  test.each([
    ['money moves', ['transfer', 'transferBatch', 'reverseTransfer', 'holdFunds', 'captureHold', 'voidHold']],
    ['money is exchanged', ['quoteExchange', 'setExchangeRate', 'fundLiquidity']],
    ['orders stand', ['scheduleTransfer', 'changeSchedule', 'cancelSchedule']],
    [
      'accounts are kept',
      ['openAccount', 'renameAccount', 'freezeAccount', 'unfreezeAccount', 'closeAccount', 'setDailyLimit'],
    ],
    [
      'loans are given',
      [
        'applyForLoan',
        'approveLoan',
        'rejectLoan',
        'withdrawLoan',
        'disburseLoan',
        'repayLoan',
        'writeOffLoan',
        'refundLoanOverpayment',
      ],
    ],
    ['programs are told', ['registerWebhook', 'removeWebhook', 'retryWebhookDelivery']],
  ])('By mutations %s', (_what, names) => {
    expect(Object.keys(objectOf('Mutation').getFields())).toEqual(expect.arrayContaining(names))
  })

  test('Every mutation takes one input; unless it moves nothing, with a key that makes its repetition harmless', () => {
    for (const { name, args } of fieldsOf('Mutation')) {
      const [input] = args
      expect([name, args.map((one) => one.name), String(input?.type).endsWith('Input!')]).toEqual([
        name,
        ['input'],
        true,
      ])
      if (name === 'quoteExchange') continue
      const type = schema.getType(String(input?.type).replace('!', '')) as GraphQLInputObjectType
      expect([name, String(type.getFields()['idempotencyKey']?.type)]).toEqual([name, 'ID!'])
    }
  })

  test('A refusal of the bank is an answer, not an error: each result is an outcome or a refusal', () => {
    const results = types.filter(isUnionType).filter(({ name }) => name.endsWith('Result'))
    expect(results.length).toBeGreaterThan(5)
    for (const union of results) {
      const [accepted, refusal, ...others] = union.getTypes().map(({ name }) => name)
      expect([accepted, refusal, others]).toEqual([union.name.replace('Result', 'Accepted'), 'Refusal', []])
    }
    expect(signatures('Refusal')).toEqual(['code: RefusalCode!', 'message: String!', 'replayed: Boolean!'])
  })

  test('An outcome says whether it answers a repetition', () => {
    const accepted = objects.filter(({ name }) => name.endsWith('Accepted'))
    for (const { name } of accepted)
      expect([name, signatures(name)]).toEqual([name, expect.arrayContaining(['replayed: Boolean!'])])
  })
})

describe('How types are made', () => {
  test('Each type with an identity has a field "id: ID!"', () => {
    for (const name of ['Account', 'Article', 'Branch', 'City', 'Customer', 'Loan', 'Merchant', 'Product', 'Transfer'])
      expect([name, signatures(name)]).toEqual([name, expect.arrayContaining(['id: ID!'])])
  })

  test('Long lists are connections: edges with nodes and cursors, "pageInfo", "first" and "after"', () => {
    const connections = objects.filter(({ name }) => name.endsWith('Connection'))
    expect(connections.length).toBeGreaterThan(5)
    for (const { name } of connections) {
      const edge = name.replace('Connection', 'Edge')
      expect([name, signatures(name)]).toEqual([
        name,
        expect.arrayContaining([`edges: [${edge}!]!`, 'pageInfo: PageInfo!']),
      ])
      expect(Object.keys(objectOf(edge).getFields())).toEqual(expect.arrayContaining(['cursor', 'node']))
      expect(String(objectOf(edge).getFields()['node']?.type)).toMatch(/!$/)
    }
    for (const { type, field } of everyField.filter((one) =>
      getNamedType(one.field.type).name.endsWith('Connection'),
    )) {
      const paging = ['first', 'after', 'last', 'before'].map((name) => field.args.find((one) => one.name === name))
      // A default of `first` would conflict with `last`.
      expect([type, field.name, ...paging.map((one) => `${one?.type} ${one?.defaultValue}`)]).toEqual([
        type,
        field.name,
        'Int undefined',
        'String undefined',
        'Int undefined',
        'String undefined',
      ])
    }
    expect(signatures('PageInfo')).toEqual([
      'hasNextPage: Boolean!',
      'hasPreviousPage: Boolean!',
      'startCursor: String',
      'endCursor: String',
    ])
  })

  test('A list is never null, and has no null in it, unless a service may be away or a node may not exist', () => {
    const lists = everyField.filter(({ field }) =>
      isListType(isNonNullType(field.type) ? field.type.ofType : field.type),
    )
    for (const { type, field } of lists)
      if (getNamedType(field.type).name !== 'Node') expect(`${type}.${signature(field)}`).toMatch(/!\]!?$/)
  })

  test('An amount of money is digits in the smallest unit of its currency', () =>
    expect(signatures('Money')).toEqual(
      expect.arrayContaining(['amount: MinorUnits!', 'currency: CurrencyCode!', 'formatted(locale: String): String!']),
    ))

  test('Scalars beyond those of GraphQL have a meaning that is written down', () => {
    const scalars = types.filter(isScalarType).filter((type) => !isSpecifiedScalarType(type))
    expect(scalars.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['CurrencyCode', 'Date', 'DateTime', 'JSON', 'MinorUnits', 'Percentage', 'TimeZone']),
    )
    for (const { name, description } of scalars) expect([name, (description ?? '').length > 10]).toEqual([name, true])
  })

  test('Names are in the usual form: Types, fields, VALUES', () => {
    for (const type of types) expect(type.name).toMatch(/^[A-Z]\w*$/)
    for (const { field } of everyField) expect(field.name).toMatch(/^[a-z]\w*$/)
    for (const { field } of everyField) for (const { name } of field.args) expect(name).toMatch(/^[a-z]\w*$/)
    for (const type of types.filter(isInputObjectType)) expect(type.name).toMatch(/(Input|Filter)$/)
    for (const type of types.filter(isEnumType))
      for (const { name } of type.getValues()) expect(name).toMatch(/^[A-Z][A-Z\d_]*$/)
  })

  test('Each deprecation says what to use instead', () => {
    for (const { type, field } of everyField)
      if (field.deprecationReason !== undefined && field.deprecationReason !== null)
        expect([type, field.name, field.deprecationReason]).toEqual([
          type,
          field.name,
          expect.stringMatching(/\w+ .*\w+/),
        ])
  })
})

describe('How services meet', () => {
  test.each([
    ['Account', 'branch: Branch'],
    ['Account', 'product: Product'],
    ['Branch', 'city: City'],
    ['City', 'weather: Weather'],
    ['City', 'articles(locale: String, first: Int, after: String, last: Int, before: String): ArticleConnection'],
    ['Product', 'articles(locale: String, first: Int, after: String, last: Int, before: String): ArticleConnection'],
  ])('%s has %s, which another service answers', (type, field) => expect(signatures(type)).toContain(field))

  test('A field that another service answers may be null: that service may be away', () => {
    for (const [type, name] of [
      ['Account', 'branch'],
      ['Account', 'product'],
      ['City', 'weather'],
      ['City', 'articles'],
    ] as const)
      expect([type, name, isNonNullType(objectOf(type).getFields()[name]?.type)]).toEqual([type, name, false])
  })
})

describe('Who may ask', () => {
  const access = readAccessRules(parse(read('supergraph.graphql')))
  /** Scopes by which a field is answered, any one list of them. */
  const scopesOf = (coordinate: string): unknown => {
    const rules = (access.fields.get(coordinate) ?? []).map((index) => access.requirements[index])
    return rules.flatMap((rule) => (rule?.kind === 'scopes' ? [rule.anyOf] : []))
  }

  test.each(['me', 'account', 'transfer', 'schedule', 'loan'])('Query.%s needs the scope "banking:read"', (name) =>
    expect(scopesOf(`Query.${name}`)).toEqual([[['banking:read']]]),
  )

  test.each(['loans', 'customers', 'customer', 'trialBalance', 'operations', 'auditHead'])(
    'Query.%s needs the scope of officers',
    (name) => expect(scopesOf(`Query.${name}`)).toEqual([[['banking:officer']]]),
  )

  test('Every mutation of the bank needs the scope "banking:write"', () => {
    const bank = parse(readFileSync(new URL('../../subgraphs/banking/schema.graphql', import.meta.url), 'utf8'))
    const mutations = bank.definitions.flatMap((node) =>
      node.kind === Kind.OBJECT_TYPE_DEFINITION && node.name.value === 'Mutation' ? (node.fields ?? []) : [],
    )
    expect(mutations.length).toBeGreaterThan(20)
    for (const {
      name: { value: name },
    } of mutations)
      expect([name, scopesOf(`Mutation.${name}`)]).toEqual([name, [[['banking:write']]]])
  })

  test.each(['city', 'cities', 'weather', 'article', 'articles', 'search', 'asset', 'exchangeRates', 'quoteLoan'])(
    'Query.%s needs no token',
    (name) => expect(scopesOf(`Query.${name}`)).toEqual([]),
  )
})

test('Federation, costs and caching are no part of what clients see', () => {
  const hidden = types.filter(({ name }) => /^(join|link|federation)__|^_|^CacheControlScope$/.test(name))
  expect(hidden.map(({ name }) => name)).toEqual([])
  expect(types.filter(isInterfaceType).every(({ name }) => name !== '_Entity')).toBe(true)
})
