/** Fields and types that callers may not see, for schemas without such rules. */
import { type GraphQLSchema, getNamedType, isCompositeType, isUnionType } from 'graphql'
import { type Denied, denial } from '../../../../gateway/execution/plan/access.ts'
import { createDice } from './dice.ts'

/**
 * A denied type also denies every field of that type. @param isDenied called with `Type` and with
 * `Type.field`
 */
export function deniedIn(schema: GraphQLSchema, key: string, isDenied: (coordinate: string) => boolean): Denied {
  const object = (type: string) => (isDenied(type) ? denial(type, false) : undefined)
  return {
    key,
    object,
    field(type, name) {
      const parent = schema.getType(type)
      const field = isCompositeType(parent) && !isUnionType(parent) ? parent.getFields()[name] : undefined
      const coordinate = `${type}.${name}`
      const denied = isDenied(type) || isDenied(coordinate) || (field && isDenied(getNamedType(field.type).name))
      return denied ? denial(coordinate, false) : undefined
    },
  }
}

/** Gives the same denials for the same seed. */
export function randomlyDenied(schema: GraphQLSchema, seed: number): Denied {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].map(
    (type) => type?.name,
  )
  return deniedIn(schema, `${seed}`, (coordinate) => {
    if (roots.includes(coordinate)) return false
    const mixed = Buffer.from(coordinate).reduce((sum, byte) => Math.imul(sum ^ byte, 0x01000193), seed)
    return createDice(mixed).chance(coordinate.includes('.') ? 6 : 16)
  })
}
