/**
 * The cost of an operation by the actual sizes of its lists, in the units of `cost.ts`. Arguments
 * are not counted.
 */
import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import { own } from '../../platform/data/own.ts'
import { type CostRules, costOfDefer, costOfWrites, isRenamedTypename } from './cost.ts'

/** @param data the answer's data */
export function actualCost(
  { schema, declared: { weights } }: Pick<CostRules, 'schema' | 'declared'>,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  data: unknown,
): number {
  const ofObject = (
    { selections }: SelectionSetNode,
    type: GraphQLNamedType | undefined,
    object: object,
    spread: Set<string>,
  ): number =>
    selections.reduce((sum, selection) => {
      if (selection.kind === Kind.FIELD) return sum + ofField(selection, type, object)
      const deferred = costOfDefer(selection)
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const condition = selection.typeCondition?.name.value
        const inner = condition === undefined ? type : schema.getType(condition)
        return sum + deferred + ofObject(selection.selectionSet, inner, object, spread)
      }
      const fragment = fragments.get(selection.name.value)
      if (!fragment || spread.has(selection.name.value)) return sum
      spread.add(selection.name.value)
      const inner = schema.getType(fragment.typeCondition.name.value)
      return sum + deferred + ofObject(fragment.selectionSet, inner, object, spread)
    }, 0)

  const ofField = (node: FieldNode, parent: GraphQLNamedType | undefined, object: object): number => {
    const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[node.name.value] : undefined
    const value = own(object as Readonly<Record<string, unknown>>, (node.alias ?? node.name).value)
    if (value !== undefined && isRenamedTypename(node)) return 1
    if (!parent || !field || value === undefined) return 0
    const type = getNamedType(field.type)
    const otherwise = isCompositeType(type) || node.alias ? 1 : 0
    const each = weights.get(`${parent.name}.${field.name}`) ?? weights.get(type.name) ?? otherwise
    const { selectionSet } = node
    return ofValue(value, each, (item) => (selectionSet ? ofObject(selectionSet, type, item, new Set()) : 0))
  }

  const ofValue = (value: unknown, each: number, below: (item: object) => number): number => {
    if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + ofValue(item, each, below), 0)
    return each + (typeof value === 'object' && value !== null ? below(value) : 0)
  }

  if (typeof data !== 'object' || data === null) return 0
  return (
    costOfWrites(operation, fragments) +
    ofObject(operation.selectionSet, schema.getRootType(operation.operation) ?? undefined, data, new Set())
  )
}
