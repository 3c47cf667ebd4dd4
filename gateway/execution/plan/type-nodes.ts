/** Reads type references of schema language. */
import { Kind, type TypeNode } from 'graphql'

/** The name inside all lists and non-nulls. */
export const namedType = (type: TypeNode): string =>
  type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type)
