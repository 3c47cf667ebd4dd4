/**
 * A request for entities, built once: its text around the representations, what it needs of each
 * entity and what it asks for. Where an entity lacks an input that only some of the fields need, a
 * smaller request asks for the others.
 */
import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner'
import { type DocumentNode, Kind, parse, print, type SelectionNode, stripIgnoredCharacters, visit } from 'graphql'
import { PlanShapeError } from '../plan/shape-error.ts'
import type { TypeRelations } from '../plan/type-relations.ts'
import { clientVariable } from '../plan/variable-names.ts'
import { requestHead } from './call-service.ts'
import { ENTITIES, type FetchedFields, fetchedFields, fieldBelow } from './fetched-fields.ts'
import { compileOutputRewrites, type OutputRewrites } from './output-rewrites.ts'
import { compileRepresentation, type Representation } from './representations.ts'

export interface EntityRequest {
  /** JSON text up to the variables. */
  readonly head: string
  /** The client's variables it uses, by their names in the request. */
  readonly variables: readonly string[]
  readonly representation: Representation
  /** What is asked of each entity. */
  readonly fields: FetchedFields
  readonly rewrites: OutputRewrites | undefined
  /**
   * Fields that need one of these inputs; `undefined` where the whole request needs one, as a part
   * of the key.
   */
  fieldsNeeding(inputs: Iterable<string>): FetchedFields | undefined
  /**
   * The request for the fields that need none of these inputs; `undefined` where that leaves
   * nothing to ask for.
   */
  without(inputs: readonly string[]): EntityRequest | undefined
}

/**
 * The requests that a fetch is made of: one, unless two of its fields need the same input with
 * different arguments.
 * @throws PlanShapeError
 */
export function entityRequests(
  node: FetchNode,
  requires: readonly QueryPlanSelectionNode[],
  types: TypeRelations,
): readonly EntityRequest[] {
  const document = parse(node.operation, { noLocation: true })
  const conflicting = conflictingInputs(requires)
  if (conflicting.size === 0) return [entityRequest(node, requires, types, document)]
  const needs = (on: string, field: string): string[] =>
    types.inputsOf(node.serviceName, on, field).filter((input) => conflicting.has(input))
  // Fields go where none of their inputs has the name of another one there; those without such
  // inputs go with the first.
  const groups: { readonly inputs: Map<string, string>; readonly fields: Set<string> }[] = []
  for (const { on, field } of fieldBelow(fetchedFields(document), ENTITIES)) {
    const type = on.at(-1) ?? ''
    const inputs = needs(type, field).map((input) => [conflicting.get(input) ?? input, input] as const)
    let group = groups.find((each) => inputs.every(([name, input]) => (each.inputs.get(name) ?? input) === input))
    if (!group) {
      group = { inputs: new Map(), fields: new Set() }
      groups.push(group)
    }
    for (const [name, input] of inputs) group.inputs.set(name, input)
    group.fields.add(`${type}.${field}`)
  }
  return groups.flatMap(({ inputs, fields }) => {
    const kept = new Set(inputs.values())
    const unused = new Set([...conflicting.keys()].filter((input) => !kept.has(input)))
    const rest = withoutFields(document, (on, field) => !fields.has(`${on}.${field}`))
    return rest ? entityRequest(fetchOf(node, rest), withoutInputs(requires, unused), types, rest) : []
  })
}

/** Inputs that go by one name in the service and by several here, with that name. */
function conflictingInputs(requires: readonly QueryPlanSelectionNode[]): ReadonlyMap<string, string> {
  const byName = new Map<string, Set<string>>()
  const collect = (nodes: readonly QueryPlanSelectionNode[]): void => {
    for (const node of nodes) {
      if (node.kind === 'InlineFragment') collect(node.selections)
      else {
        byName.set(node.name, (byName.get(node.name) ?? new Set()).add(node.alias ?? node.name))
        if (node.selections && conflictingInputs(node.selections).size > 0) {
          throw new PlanShapeError('an object that is required with different arguments of its fields')
        }
      }
    }
  }
  collect(requires)
  const conflicts = Array.from(byName).filter(([, inputs]) => inputs.size > 1)
  return new Map(conflicts.flatMap(([name, inputs]) => Array.from(inputs, (input) => [input, name] as const)))
}

function entityRequest(
  node: FetchNode,
  requires: readonly QueryPlanSelectionNode[],
  types: TypeRelations,
  document: DocumentNode,
): EntityRequest {
  const rewrites = compileOutputRewrites(node.outputRewrites, types)
  const asked = fieldBelow(fetchedFields(document), ENTITIES)
  const needs = (field: { readonly field: string; readonly on: readonly string[] }): readonly string[] =>
    types.inputsOf(node.serviceName, field.on.at(-1) ?? '', field.field)
  // What no field's `@requires` names is the key; if nothing is left for it, every input may be
  // part of it.
  const required = new Set(asked.flatMap(needs))
  const keys = inputNames(requires).filter((name) => name !== '__typename' && !required.has(name))
  const isKey = (name: string): boolean => keys.length === 0 || keys.includes(name) || name === '__typename'
  const smaller = new Map<string, EntityRequest | undefined>()
  return {
    head: requestHead(node.operation, node.operationName),
    variables: (node.variableUsages ?? []).filter((name) => clientVariable(name) !== undefined),
    representation: compileRepresentation(node.serviceName, requires, node.inputRewrites, types),
    fields: rewrites?.applyToFields(asked) ?? asked,
    rewrites,
    fieldsNeeding(inputs) {
      const names = new Set(inputs)
      if ([...names].some(isKey)) return undefined
      const fields = asked.filter((field) => needs(field).some((name) => names.has(name)))
      return rewrites?.applyToFields(fields) ?? fields
    },
    without(inputs) {
      const key = inputs.join()
      if (!smaller.has(key)) {
        const names = new Set(inputs)
        const rest = withoutFields(document, (on, field) => needs({ on: [on], field }).some((name) => names.has(name)))
        smaller.set(key, rest && entityRequest(fetchOf(node, rest), withoutInputs(requires, names), types, rest))
      }
      return smaller.get(key)
    },
  }
}

function fetchOf(node: FetchNode, document: DocumentNode): FetchNode {
  const used = new Set<string>()
  visit(document, {
    enter: (each) => {
      if (each.kind === Kind.VARIABLE) used.add(each.name.value)
    },
  })
  const variableUsages = (node.variableUsages ?? []).filter((name) => used.has(name))
  return { ...node, variableUsages, operation: stripIgnoredCharacters(print(document)) }
}

const inputNames = (nodes: readonly QueryPlanSelectionNode[]): string[] =>
  nodes.flatMap((node) => (node.kind === 'Field' ? [node.alias ?? node.name] : inputNames(node.selections)))

const withoutInputs = (
  nodes: readonly QueryPlanSelectionNode[],
  names: ReadonlySet<string>,
): readonly QueryPlanSelectionNode[] =>
  nodes.flatMap((node): QueryPlanSelectionNode[] => {
    if (node.kind === 'Field') return names.has(node.alias ?? node.name) ? [] : [node]
    return [{ ...node, selections: [...withoutInputs(node.selections, names)] }]
  })

/**
 * The operation with fewer fields of the entities, and without the variables that only those used.
 */
function withoutFields(
  document: DocumentNode,
  drop: (type: string, field: string) => boolean,
): DocumentNode | undefined {
  const keep = (selections: readonly SelectionNode[], on: string): SelectionNode[] =>
    selections.flatMap((selection): SelectionNode[] => {
      if (selection.kind === Kind.FIELD) return drop(on, selection.name.value) ? [] : [selection]
      if (selection.kind !== Kind.INLINE_FRAGMENT) return [selection]
      const kept = keep(selection.selectionSet.selections, selection.typeCondition?.name.value ?? on)
      const asks = kept.some((each) => each.kind !== Kind.FIELD || each.name.value !== '__typename')
      return asks ? [{ ...selection, selectionSet: { ...selection.selectionSet, selections: kept } }] : []
    })
  let remains = false
  const reduced = visit(document, {
    enter: (node) => {
      if (node.kind !== Kind.FIELD || node.name.value !== ENTITIES || !node.selectionSet) return undefined
      const selections = keep(node.selectionSet.selections, '')
      remains = selections.length > 0
      return { ...node, selectionSet: { ...node.selectionSet, selections } }
    },
  })
  return remains ? withoutUnusedVariables(reduced) : undefined
}

function withoutUnusedVariables(document: DocumentNode): DocumentNode {
  const uses = new Map<string, number>()
  visit(document, {
    enter: (node) => {
      if (node.kind === Kind.VARIABLE) uses.set(node.name.value, (uses.get(node.name.value) ?? 0) + 1)
    },
  })
  return visit(document, {
    // A definition names its variable once; anything beyond is a use.
    enter: (node) =>
      node.kind === Kind.VARIABLE_DEFINITION && uses.get(node.variable.name.value) === 1 ? null : undefined,
  })
}
