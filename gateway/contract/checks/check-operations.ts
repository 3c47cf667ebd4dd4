/** Checks operations by themselves: unnamed, invalid, or too expensive. Pure. */
import { GraphQLError, type GraphQLSchema } from 'graphql'
import { type Place, placeOf } from '../../composition/remark.ts'
import { estimateCost } from '../../document/cost.ts'
import type { DeclaredCosts } from '../../execution/plan/declared-costs.ts'
import type { Limits } from '../../limits/limits.ts'
import type { WrittenOperation } from '../sources/operation-files.ts'
import { faultsOf } from './validate.ts'

/** A failure that is not a change. */
export interface Fault {
  readonly code: 'COMPOSITION' | 'STALE' | 'UNREADABLE' | 'UNNAMED' | 'INVALID' | 'TOO_DEAR' | 'VARIANT'
  readonly message: string
  readonly place?: Place | undefined
}

interface OperationRules {
  readonly schema: GraphQLSchema
  readonly declared: DeclaredCosts
  readonly limits: Limits
}

export const checkOperation = (operation: WrittenOperation, rules: OperationRules): readonly Fault[] => [
  ...unnamed(operation),
  ...invalid(operation, rules),
  ...tooDear(operation, rules),
]

const unnamed = ({ name, place, definition }: WrittenOperation): readonly Fault[] =>
  name === undefined
    ? [{ code: 'UNNAMED', message: `A ${definition.operation} has no name: figures and logs cannot tell it`, place }]
    : []

const invalid = ({ document, place, name }: WrittenOperation, { schema }: OperationRules): readonly Fault[] =>
  faultsOf(schema, document).map(({ message, nodes }) => ({
    code: 'INVALID',
    message: `${name ?? 'An operation'} is not valid: ${message}`,
    place: (nodes?.[0] && placeOf(nodes[0])) ?? place,
  }))

function tooDear(operation: WrittenOperation, { schema, declared, limits }: OperationRules): readonly Fault[] {
  const { definition, fragments, variables, place, name } = operation
  const fault = (message: string): Fault => ({
    code: 'TOO_DEAR',
    message: `${name ?? 'An operation'}: ${message}`,
    place,
  })
  try {
    const cost = estimateCost({ schema, declared, limits }, definition, fragments)(variables)
    return cost > limits.cost ? [fault(`costs ${cost}, and at most ${limits.cost} is allowed`)] : []
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error
    return [fault(error.message)]
  }
}
