/**
 * Rewrites an operation by object types: each fragment on an interface or union becomes one for
 * each object type that it can apply to. The planner cannot plan some fragments if an object type
 * gives a field a narrower interface than its own interface does.
 */
import {
  doTypesOverlap,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isObjectType,
  isUnionType,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  typeFromAST,
} from 'graphql'
import { possibleTypes } from './possible-types.ts'

/** Nested fragments multiply. */
const MAX_SELECTIONS = 10_000

/**
 * @param text one operation without named fragments
 * @returns `undefined` if the result is too large to plan
 */
export function byObjectTypes(schema: GraphQLSchema, text: string): string | undefined {
  let left = MAX_SELECTIONS

  const expand = (type: GraphQLCompositeType, { selections }: SelectionSetNode): SelectionSetNode => ({
    kind: Kind.SELECTION_SET,
    selections: selections.flatMap((selection) => (--left < 0 ? [] : expandOne(type, selection))),
  })

  const expandOne = (type: GraphQLCompositeType, selection: SelectionNode): readonly SelectionNode[] => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return [selection]
    const { selectionSet } = selection
    if (selection.kind === Kind.FIELD) {
      const field = isUnionType(type) ? undefined : type.getFields()[selection.name.value]
      const inner = field && getNamedType(field.type)
      return [
        selectionSet && isCompositeType(inner)
          ? { ...selection, selectionSet: expand(inner, selectionSet) }
          : selection,
      ]
    }
    const condition = selection.typeCondition ? typeFromAST(schema, selection.typeCondition) : type
    if (!selectionSet || !isCompositeType(condition)) return [selection]
    if (isObjectType(type) || condition === type)
      return doTypesOverlap(schema, type, condition) ? expand(type, selectionSet).selections : []
    return possibleTypes(schema, condition)
      .filter((each) => doTypesOverlap(schema, type, each))
      .map((each) => ({
        ...selection,
        typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: each.name } },
        selectionSet: expand(each, selectionSet),
      }))
  }

  const document = parse(text, { noLocation: true })
  const definitions = document.definitions.map((definition) => {
    const root = schema.getRootType((definition as OperationDefinitionNode).operation)
    if (definition.kind !== Kind.OPERATION_DEFINITION || !root) return definition
    return { ...definition, selectionSet: expand(root, definition.selectionSet) }
  })
  return left < 0 ? undefined : print({ ...document, definitions })
}
