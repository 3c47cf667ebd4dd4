/**
 * The policies of measured limits: none refuses, each reports what its limit would have refused.
 * Documents and list sizes are measured where they are read, and reported with every request.
 */
import type { DocumentNode } from 'graphql'
import { limitCost } from '../../document/cost.ts'
import { limitShape } from '../../document/document-limits.ts'
import type { DocumentCheck, KnownOperation } from '../../document/documents.ts'
import { callerOf } from '../../exchange/caller-key.ts'
import type { Exchange, Policy } from '../../exchange/exchange.ts'
import type { BoundName } from '../../limits/limits.ts'
import { allExceededBy, exceededBy, type Measuring } from '../../limits/measuring.ts'
import { noBudget } from './budget.ts'
import { limitVariables } from './variables.ts'

interface MeasuredPolicies {
  readonly request: Policy
  readonly document: DocumentCheck
  /** Call it before the cost of an operation is estimated. */
  readonly begin: () => void
  /** Call it once that is done. */
  readonly operation: (exchange: Exchange, operation: KnownOperation) => void
  /** Call it with each size of a list that an operation asks for. */
  readonly onListSize: (size: number) => void
}

export function measurePolicies({ limits, report }: Measuring): MeasuredPolicies {
  const documents = new WeakMap<DocumentNode, readonly BoundName[]>()
  /** The longest list of the current request: costs are estimated synchronously. */
  let longestList = 0
  const boundVariables = limitVariables(limits, noBudget)
  return {
    request(exchange) {
      const limit = exceededBy(() => void boundVariables(exchange))
      if (limit) report(limit, callerOf(exchange))
    },
    document(document) {
      const exceeded = allExceededBy((some) => limitShape(document, some), limits)
      if (exceeded.length > 0) documents.set(document, exceeded)
    },
    onListSize(size) {
      longestList = Math.max(longestList, size)
    },
    begin() {
      longestList = 0 // another limit may have refused the operation before
    },
    operation(exchange, { document }) {
      const exceeded = [...(documents.get(document.node) ?? [])]
      if (longestList > limits.listSize) exceeded.push('listSize')
      const cost = exceededBy(() => limitCost((exchange.outer ?? exchange).cost, limits))
      if (cost) exceeded.push(cost)
      for (const limit of exceeded) report(limit, callerOf(exchange))
    },
  }
}
