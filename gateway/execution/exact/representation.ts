/**
 * Writes the representation of an entity for a service. The same entity always gives the same text,
 * so that it is requested once.
 */
import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner'
import { own } from '../../../platform/data/own.ts'
import { Failure } from '../answer/failure.ts'
import { inputsOf, sentAs } from '../calls/inputs.ts'
import type { TypeRelations } from '../plan/type-relations.ts'
import { type Data, isData } from './data.ts'
import { leafInput } from './leaf-input.ts'

interface Representation {
  /** Complete only if no input is missing. */
  readonly value: Readonly<Data>
  /** The missing inputs, each with the failure that took it, if any. */
  readonly missing: ReadonlyMap<string, Failure | undefined>
}

/** `undefined` for an object that the service cannot be asked for. */
export function represent(entity: Readonly<Data>, node: FetchNode, types: TypeRelations): Representation | undefined {
  const typename = entity['__typename']
  if (typeof typename !== 'string') return undefined
  const inputs = inputsOf(node.requires ?? [], typename, types)
  const sentName = sentAs(node, typename, types)
  if (!types.isKey(node.serviceName, sentName, [...inputs.keys()])) return undefined
  const value: Data = {}
  const missing = new Map<string, Failure | undefined>()
  for (const [source, { name, below }] of inputs) {
    const input = source === '__typename' ? sentName : inputFrom(own(entity, source), below, types)
    if (isMissing(input)) missing.set(source, input)
    else value[name] = input
  }
  return { value, missing }
}

const isMissing = (input: unknown): input is Failure | undefined => input === undefined || input instanceof Failure

/** `undefined` or the failure if any part of it is missing. */
function inputFrom(value: unknown, below: readonly QueryPlanSelectionNode[], types: TypeRelations): unknown {
  if (value === null || isMissing(value)) return value
  if (below.length === 0) return leafInput(value)
  if (Array.isArray(value)) {
    const items = value.map((item) => inputFrom(item, below, types))
    const lost = items.findIndex(isMissing)
    return lost < 0 ? items : items[lost]
  }
  if (!isData(value)) return leafInput(value)
  const object: Data = {}
  for (const [source, { name, below: further }] of inputsOf(below, value['__typename'], types)) {
    const input = inputFrom(own(value, source), further, types)
    if (isMissing(input)) return input
    object[name] = input
  }
  return object
}
