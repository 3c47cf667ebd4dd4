/**
 * Spares Apollo's planner detours: from an interface object it also goes to the service with the
 * object types, casts to each of them, and comes back to the service where it was. With n types, a
 * chain of d such fields took in the order of n^(2d) steps: 6 s for eight types and two fields.
 */
import { FragmentElement, federationMetadata, isObjectType } from '@apollo/federation-internals'
import { GraphPath, type OpTrigger, type QueryGraph, type Vertex } from '@apollo/query-graphs'

const { checkDirectPathFromPreviousSubgraphTo: check } = GraphPath.prototype

/**
 * Makes the planner's own test for detours take a cast to an object type for no step at an
 * interface object: there every type has the same fields. Affects all planners of the thread.
 */
export function spareInterfaceDetours(): void {
  GraphPath.prototype.checkDirectPathFromPreviousSubgraphTo = function (type, edgeOf, overrides, start) {
    return check.call(
      this,
      type,
      (graph, vertex, trigger, conditions) => {
        const edge = edgeOf(graph, vertex, trigger, conditions)
        const isCast = (trigger as OpTrigger) instanceof FragmentElement
        return edge === undefined && isCast && isInterfaceObject(graph, vertex) ? null : edge
      },
      overrides,
      start,
    )
  }
}

function isInterfaceObject({ sources }: QueryGraph, { type, source }: Vertex): boolean {
  const schema = sources.get(source)
  return isObjectType(type) && schema !== undefined && federationMetadata(schema)?.isInterfaceObjectType(type) === true
}
