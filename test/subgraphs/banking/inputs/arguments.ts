/** Every argument of banking's schema, by coordinate, except those that only group others. */
import { readFileSync } from 'node:fs'
import { buildSubgraphSchema } from '@apollo/subgraph'
import {
  type GraphQLArgument,
  type GraphQLInputField,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  parse,
} from 'graphql'

export interface Argument {
  /** `Type.field(argument:)`, or `Input.field`. */
  readonly coordinate: string
  readonly name: string
  readonly type: string
  readonly description: string
  readonly isEnum: boolean
}

const SCHEMA = new URL('../../../../subgraphs/banking/schema.graphql', import.meta.url)

export function allArguments(): Argument[] {
  const schema = buildSubgraphSchema(parse(readFileSync(SCHEMA, 'utf8')))
  const of = (coordinate: string, argument: GraphQLArgument | GraphQLInputField): Argument[] => {
    const named = getNamedType(argument.type)
    const isList = isListType(isNonNullType(argument.type) ? argument.type.ofType : argument.type)
    if (named.name.startsWith('_') || (isInputObjectType(named) && !isList)) return []
    const { name, description } = argument
    return [{ coordinate, name, type: `${argument.type}`, description: description ?? '', isEnum: isEnumType(named) }]
  }
  return Object.values(schema.getTypeMap())
    .filter(({ name }) => !name.startsWith('__'))
    .flatMap((type) => {
      if (isInputObjectType(type))
        return Object.values(type.getFields()).flatMap((field) => of(`${type.name}.${field.name}`, field))
      if (!isObjectType(type) && !isInterfaceType(type)) return []
      return Object.values(type.getFields()).flatMap(({ name, args }) =>
        args.flatMap((argument) => of(`${type.name}.${name}(${argument.name}:)`, argument)),
      )
    })
}
