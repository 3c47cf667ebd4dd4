/** Counts what the planner does: time would depend on the machine. */
import { GraphPath } from '@apollo/query-graphs'
import { jest } from '@jest/globals'
import { createPlanner } from '../../../../gateway/execution/plan/planner.ts'
import { composeTest } from '../support/federation.ts'

/**
 * How often the planner advances a path for an operation.
 * @param services schemas by name
 */
export function stepsOf(services: Readonly<Record<string, string>>, operation: string, quickly = false): number {
  const tests = Object.entries(services).map(([name, typeDefs]) => [name, { typeDefs, resolvers: {} }])
  const { plan } = createPlanner(composeTest(Object.fromEntries(tests)))
  const add = jest.spyOn(GraphPath.prototype, 'add')
  try {
    plan(operation, quickly)
    return add.mock.calls.length
  } finally {
    add.mockRestore()
  }
}
