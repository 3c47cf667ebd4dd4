/**
 * Makes an operation out of a list of numbers: each choice takes the next number, and 0 is always
 * the plainest choice, so that shrinking the list shrinks the operation. Aliases collide on purpose
 * with fields, keys and names the engine or the planner may use.
 */
import {
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from 'graphql'

export interface RandomQuery {
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
}

/** Values that mean something in the worlds of the tests. */
const STRINGS = ['1', 'p1', 'id', 'p2', 'r00', 'ada@x', 'two', '']
const ODD_VARIABLES = ['representations', 'constructor', '__proto__', 'valueOf']
const NUMBERS = [1, 2, 0, 3, -1]

/** Response names already used where they would have to agree. */
interface Scope {
  readonly fields: Map<string, { readonly signature: string; readonly scope: Scope }>
}

export function randomQuery(schema: GraphQLSchema, choices: readonly number[]): RandomQuery {
  let position = 0
  const pick = (count: number): number => (choices[position++] ?? 0) % count
  const chance = (oneIn: number): boolean => pick(oneIn) === oneIn - 1
  const fieldNames = [
    ...new Set(
      Object.values(schema.getTypeMap()).flatMap((type) =>
        isObjectType(type) && !type.name.startsWith('__') ? Object.keys(type.getFields()) : [],
      ),
    ),
  ]
  const oddNames = [
    ...fieldNames,
    '__typename',
    '_entities',
    'representations',
    'name_1',
    'price_1',
    'id__alias_0',
    'constructor',
    '__proto__',
    'toString',
    'text_1',
    '_0',
  ]
  const definitions: string[] = []
  const variables = new Map<string, unknown>()
  const fragments: string[] = []
  let budget = 40
  let unique = 0

  const variable = (type: string, value: unknown, mayDefault: boolean): string => {
    const odd = ODD_VARIABLES[pick(ODD_VARIABLES.length * 6)]
    const name = odd !== undefined && !variables.has(odd) ? odd : `v${definitions.length}`
    const withDefault = mayDefault && chance(3)
    definitions.push(`$${name}: ${type}${withDefault ? ` = ${literal(value)}` : ''}`)
    variables.set(name, !withDefault || chance(2) ? value : undefined)
    return `$${name}`
  }

  const literal = (value: unknown): string => JSON.stringify(value)

  /** A value as text; enums as names. */
  const value = (type: GraphQLInputType): string => {
    const inner = isNonNullType(type) ? type.ofType : type
    if (!isNonNullType(type) && chance(6)) return 'null'
    if (isListType(inner)) return `[${Array.from({ length: pick(3) }, () => value(inner.ofType)).join(', ')}]`
    if (isEnumType(inner)) {
      const names = inner.getValues().map(({ name }) => name)
      return names[pick(names.length)] ?? 'null'
    }
    if (isInputObjectType(inner)) {
      const fields = Object.values(inner.getFields()).filter((field) => isNonNullType(field.type) || chance(2))
      return `{${fields.map((field) => `${field.name}: ${value(field.type)}`).join(', ')}}`
    }
    const plain =
      inner.name === 'Int'
        ? NUMBERS[pick(NUMBERS.length)]
        : inner.name === 'Float'
          ? (NUMBERS[pick(NUMBERS.length)] ?? 0) + 0.5
          : inner.name === 'Boolean'
            ? pick(2) === 1
            : STRINGS[pick(STRINGS.length)]
    return chance(3) ? variable(String(type), plain, !isNonNullType(type)) : literal(plain)
  }

  const argumentsOf = (args: readonly GraphQLArgument[]): string => {
    const texts = args.flatMap((argument) => {
      const needed = isNonNullType(argument.type) && argument.defaultValue === undefined
      return needed || chance(2) ? [`${argument.name}: ${value(argument.type)}`] : []
    })
    return texts.length === 0 ? '' : `(${texts.join(', ')})`
  }

  const condition = (): string => {
    if (!chance(7)) return ''
    const name = chance(2) ? 'skip' : 'include'
    const outcome = (name === 'skip') === chance(3)
    return ` @${name}(if: ${chance(2) ? variable('Boolean!', outcome, true) : outcome})`
  }

  const field = (type: GraphQLCompositeType, depth: number, scope: Scope): string => {
    if (type === schema.getQueryType() && chance(12)) return introspection(scope)
    const all = isUnionType(type) ? [] : Object.values(type.getFields())
    const usable = depth > 0 ? all : all.filter((each) => isLeafType(getNamedType(each.type)))
    const chosen: GraphQLField<unknown, unknown> | undefined =
      usable[pick(usable.length + 1) - (usable.length > 0 ? 1 : 0)] ?? usable[0]
    if (!chosen || chance(9)) return named('__typename', '__typename', '', scope, '').text
    const args = argumentsOf(chosen.args)
    const named_ = named(
      chosen.name,
      `${chosen.name}${args}${chosen.type}`,
      args,
      scope,
      isObjectType(type) ? type.name : '',
    )
    const fieldType = getNamedType(chosen.type)
    const body = isCompositeType(fieldType) ? ` ${selection(fieldType, depth - 1, named_.scope)}` : ''
    return `${named_.text}${args}${condition()}${body}`
  }

  const introspection = (scope: Scope): string => {
    const type = Object.keys(schema.getTypeMap())[pick(3)] ?? ''
    const [name, args, body] = chance(2)
      ? ['__schema', '', '{ queryType { name fields { name } } __typename }']
      : ['__type', `(name: ${JSON.stringify(type)})`, '{ kind name: name a: fields { name } possibleTypes { name } }']
    return `${named(name, name + args, args, scope, '').text}${args}${condition()} ${body}`
  }

  const named = (name: string, signature: string, _args: string, scope: Scope, owner: string) => {
    let response = chance(3) ? (oddNames[pick(oddNames.length)] ?? name) : name
    // Objects of different types may use one name differently: rarely, since most of it is not
    // valid.
    const full = owner !== '' && chance(40) ? `${owner}.${signature}` : signature
    const known = scope.fields.get(response)
    if (known && known.signature !== full) response = `u${unique++}`
    const kept = scope.fields.get(response) ?? { signature: full, scope: { fields: new Map() } }
    scope.fields.set(response, kept)
    return { text: response === name ? name : `${response}: ${name}`, scope: kept.scope }
  }

  const fragment = (type: GraphQLCompositeType, depth: number, scope: Scope): string => {
    const own = isObjectType(type) ? [type] : schema.getPossibleTypes(type)
    const related = Object.values(schema.getTypeMap()).filter(
      (other): other is GraphQLCompositeType =>
        isCompositeType(other) &&
        !other.name.startsWith('__') &&
        (isObjectType(other) ? own.includes(other) : schema.getPossibleTypes(other).some((each) => own.includes(each))),
    )
    const on = related[pick(related.length)] ?? type
    if (chance(3)) {
      const name = `F${fragments.length}`
      fragments.push('')
      fragments[Number(name.slice(1))] = `fragment ${name} on ${on.name} ${selection(on, depth, scope)}`
      return `...${name}${condition()}`
    }
    const head = on === type && chance(2) ? '...' : `... on ${on.name}`
    return `${head}${condition()} ${selection(on, depth, scope)}`
  }

  const selection = (type: GraphQLCompositeType, depth: number, scope: Scope): string => {
    const count = 1 + pick(4)
    const texts: string[] = []
    for (let index = 0; index < count && (index === 0 || budget > 0); index++) {
      budget--
      texts.push(
        chance(isObjectType(type) ? 6 : 2) && depth > 0 && budget > 0
          ? fragment(type, depth - 1, scope)
          : field(type, depth, scope),
      )
    }
    return `{ ${texts.join(' ')} }`
  }

  const mutation = schema.getMutationType()
  const root = mutation && chance(6) ? mutation : schema.getQueryType()
  if (!root) throw new Error('The schema has no query type.')
  const body = selection(root, 5, { fields: new Map() })
  const head = `${root === mutation ? 'mutation' : 'query'}${chance(3) ? ' Q' : ' '}`
  const text = `${head}${definitions.length > 0 ? `(${definitions.join(', ')})` : ''} ${body} ${fragments.join(' ')}`
  const given = Array.from(variables).filter(([, value]) => value !== undefined)
  return { query: text, variables: Object.fromEntries(given) }
}
