/** Explains the calls of an operation by its plan, for a trace. */
import type { GraphQLSchema } from 'graphql'
import type { ObjectShape } from '../answer/shape.ts'
import type { Shown } from '../plan/access.ts'
import type { PreparedPlan } from '../plan/prepare.ts'
import type { Fetch } from '../plan/step.ts'
import type { TypeRelations } from '../plan/type-relations.ts'
import { givenFields } from './given-fields.ts'
import { fetchesBefore } from './order.ts'
import { shownVariables } from './shown-variables.ts'
import type { Explanation } from './tracing.ts'

interface Explained {
  readonly schema: GraphQLSchema
  /** The shape of the client's answer. */
  readonly shape: ObjectShape
  readonly plan: PreparedPlan
  readonly types: TypeRelations
  /** What may be shown to the caller. */
  readonly shows: Shown
  /** Fetches that the engine makes a fetch wait for, besides those of the plan. */
  readonly waitsFor: (fetch: number) => readonly number[]
}

export function explainCalls({ schema, shape, plan, types, shows, waitsFor }: Explained): Explanation {
  const before = fetchesBefore(plan.steps)
  const fields = new Map<number, readonly string[]>()
  const fetchAt = (index: number): Fetch => plan.fetches[index] as Fetch
  return {
    after: (fetch) => [...before(fetch), ...waitsFor(fetch)],
    fields(fetch) {
      const known = fields.get(fetch) ?? givenFields(fetchAt(fetch), shape, types)
      fields.set(fetch, known)
      return known
    },
    shown(fetch, asked) {
      const variables = shownVariables(schema, shows, fetchAt(fetch), asked)
      return { operation: asked.operation, ...(variables !== undefined && { variables }) }
    },
  }
}
