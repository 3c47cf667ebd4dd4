/** Selections and types for unit tests of the exact path, without a plan or a supergraph. */
import { type Selection, selectionOf } from '../../../../gateway/execution/calls/selection.ts'
import type { TypeRelations } from '../../../../gateway/execution/plan/type-relations.ts'

/** The selection that an operation asks a service for. */
export const selected = (operation: string): Selection =>
  selectionOf({ kind: 'Fetch', serviceName: 's', operation, operationKind: 'query' as never, operationName: undefined })

/** `Book` is an object type and belongs to `Media`; no field needs an input. */
export const types: TypeRelations = {
  isObjectType: (name) => name === 'Book',
  isHidden: () => false,
  belongsTo: (typename, condition) => typename === condition || (typename === 'Book' && condition === 'Media'),
  members: (type) => (type === 'Media' ? ['Media', 'Book'] : [type]),
  inputsOf: () => [],
  isKey: () => true,
}
