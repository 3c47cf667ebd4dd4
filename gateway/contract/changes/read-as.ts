/** The coordinates by which clients read a part of the schema, including interfaces and unions. */
import { type GraphQLSchema, isInterfaceType, isObjectType, isUnionType } from 'graphql'
import { fieldOf } from '../../usage/coordinates.ts'

/**
 * For a field or an argument, also those of the interfaces that have it; for a type, its interfaces
 * and unions.
 */
export function throughAbstract(schema: GraphQLSchema, coordinate: string): readonly string[] {
  const [typeName = '', member] = coordinate.split('.')
  const type = schema.getType(typeName)
  if (!isObjectType(type) && !isInterfaceType(type)) return [coordinate]
  if (member !== undefined) {
    const holders = type.getInterfaces().filter((one) => member.replace(/\(.*$/, '') in one.getFields())
    return [coordinate, ...holders.map(({ name }) => fieldOf(name, member))]
  }
  const unions = Object.values(schema.getTypeMap()).filter(
    (one) => isUnionType(one) && one.getTypes().some(({ name }) => name === typeName),
  )
  return [coordinate, ...[...type.getInterfaces(), ...unions].map(({ name }) => name)]
}

/** A field of an interface, with the same field of its objects. */
export function throughObjects(schema: GraphQLSchema, coordinate: string): readonly string[] {
  const [typeName = '', member] = coordinate.split('.')
  const type = schema.getType(typeName)
  if (!isInterfaceType(type) || member === undefined) return [coordinate]
  return [coordinate, ...schema.getPossibleTypes(type).map(({ name }) => fieldOf(name, member))]
}
