/**
 * The request that a fetch makes for an entity: fewer fields if the entity lacks an input that only
 * some fields need.
 */
import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner'
import type { Failure } from '../answer/failure.ts'
import { type Field, type Selection, selectionFrom, selectionOf } from '../calls/selection.ts'
import type { TypeRelations } from '../plan/type-relations.ts'
import type { Data } from './data.ts'
import { loseFields } from './lost-fields.ts'
import { represent } from './representation.ts'
import { withFields } from './smaller-operation.ts'

type Inputs = readonly QueryPlanSelectionNode[]

export class EntityRequest {
  readonly node: FetchNode
  /** The selection of each entity. */
  readonly selection: Selection
  readonly #types: TypeRelations
  readonly #smaller = new Map<string, EntityRequest | undefined>()

  constructor(node: FetchNode, types: TypeRelations) {
    this.node = node
    this.selection = selectionOf(node)
    this.#types = types
  }

  /** The inputs that one of its fields needs besides the key. */
  inputsOf({ on, field }: Pick<Field, 'on' | 'field'>): readonly string[] {
    return this.#types.inputsOf(this.node.serviceName, on.at(-1) ?? '', field)
  }

  /**
   * The request that can be made for an entity, with its representation. Fields that cannot be
   * requested are lost to the failure of their input.
   */
  for(entity: Data): { readonly request: EntityRequest; readonly representation: Readonly<Data> } | undefined {
    const { missing, value } = represent(entity, this.node, this.#types) ?? {}
    if (!missing || !value) return undefined
    if (missing.size === 0) return { request: this, representation: value }
    for (const [input, failure] of missing) if (failure) this.#lose(entity, input, failure)
    const inputs = [...missing.keys()]
    return inputs.some((input) => this.#isKey(input)) ? undefined : this.#without(inputs)?.for(entity)
  }

  #lose(entity: Data, input: string, failure: Failure): void {
    const needing = this.selection.fields.filter((field) => this.inputsOf(field).includes(input))
    loseFields(entity, this.#isKey(input) ? this.selection : selectionFrom(needing), failure, this.#types)
  }

  /**
   * Inputs that no field's `@requires` names are the key; if there are none, any input may be part
   * of it.
   */
  #isKey(input: string): boolean {
    const required = new Set(this.selection.fields.flatMap((field) => this.inputsOf(field)))
    const keys = inputNames(this.node.requires ?? []).filter((name) => name !== '__typename' && !required.has(name))
    return keys.length === 0 || input === '__typename' || keys.includes(input)
  }

  /**
   * The request for the fields that need none of these inputs; `undefined` if there are no such
   * fields.
   */
  #without(inputs: readonly string[]): EntityRequest | undefined {
    const key = inputs.join()
    if (!this.#smaller.has(key)) {
      const needsNone = (field: Pick<Field, 'on' | 'field'>): boolean =>
        !this.inputsOf(field).some((input) => inputs.includes(input))
      const node = withFields(this.node, needsNone, (input) => !inputs.includes(input))
      this.#smaller.set(key, node && new EntityRequest(node, this.#types))
    }
    return this.#smaller.get(key)
  }
}

/**
 * The requests of a fetch: one, unless two of its fields need the same input with different
 * arguments.
 */
export function entityRequests(node: FetchNode, types: TypeRelations): readonly EntityRequest[] {
  const whole = new EntityRequest(node, types)
  const conflicting = conflictingInputs(node.requires ?? [])
  if (conflicting.size === 0) return [whole]
  // A field joins the first request in which its inputs conflict with no other; fields without
  // conflicting inputs join the first request.
  const groups: { readonly inputs: Map<string, string>; readonly fields: Set<string> }[] = []
  for (const field of whole.selection.fields) {
    const inputs = whole.inputsOf(field).filter((input) => conflicting.has(input))
    const named = inputs.map((input) => [conflicting.get(input) ?? input, input] as const)
    let group = groups.find((each) => named.every(([name, input]) => (each.inputs.get(name) ?? input) === input))
    if (!group) {
      group = { inputs: new Map(), fields: new Set() }
      groups.push(group)
    }
    for (const [name, input] of named) group.inputs.set(name, input)
    group.fields.add(keyOf(field))
  }
  return groups.flatMap(({ inputs, fields }) => {
    const kept = new Set(inputs.values())
    const part = withFields(
      node,
      (field) => fields.has(keyOf(field)),
      (input) => kept.has(input) || !conflicting.has(input),
    )
    return part ? new EntityRequest(part, types) : []
  })
}

const keyOf = ({ on, field }: Pick<Field, 'on' | 'field'>): string => `${on.at(-1)}.${field}`

/** Inputs with one name in the service and several in the engine, with the service's name. */
function conflictingInputs(requires: Inputs): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  const collect = (nodes: Inputs): void => {
    for (const node of nodes) {
      if (node.kind === 'Field') names.set(node.alias ?? node.name, node.name)
      else collect(node.selections)
    }
  }
  collect(requires)
  const counts = Map.groupBy(names.values(), (name) => name)
  return new Map(Array.from(names).filter(([, name]) => (counts.get(name)?.length ?? 0) > 1))
}

const inputNames = (nodes: Inputs): string[] =>
  nodes.flatMap((node) => (node.kind === 'Field' ? [node.alias ?? node.name] : inputNames(node.selections)))
