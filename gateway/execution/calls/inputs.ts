/** The fields of an entity that are sent to a service, as the plan names them. */
import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner'
import { FRAGMENT } from '../plan/check-fetch.ts'
import type { TypeRelations } from '../plan/type-relations.ts'

interface Input {
  /** Its name in the service. */
  readonly name: string
  /** The fields sent of an object; empty for a leaf. */
  readonly below: readonly QueryPlanSelectionNode[]
}

/** The inputs of an object of a type, keyed by their names in the engine's data. */
export function inputsOf(
  selections: readonly QueryPlanSelectionNode[],
  typename: unknown,
  types: TypeRelations,
  inputs = new Map<string, Input>(),
): ReadonlyMap<string, Input> {
  for (const node of selections) {
    if (node.kind === 'Field') {
      const { name, alias = name, selections: below = [] } = node
      inputs.set(alias, { name, below: [...(inputs.get(alias)?.below ?? []), ...below] })
      continue
    }
    const { typeCondition } = node
    const isOf = typeof typename === 'string' && typeCondition !== undefined && types.belongsTo(typename, typeCondition)
    if (typeCondition === undefined || isOf) inputsOf(node.selections, typename, types, inputs)
  }
  return inputs
}

/**
 * The name of a type as it is sent: a service that knows only the interface gets the interface's
 * name.
 */
export function sentAs({ inputRewrites = [] }: FetchNode, typename: string, types: TypeRelations): string {
  const rewrite = inputRewrites.findLast(({ path }) =>
    path.slice(0, -1).every((segment) => types.belongsTo(typename, segment.slice(FRAGMENT.length))),
  )
  return rewrite?.kind === 'ValueSetter' ? String(rewrite.setValueTo) : typename
}
