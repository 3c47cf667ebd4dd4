/**
 * A request for entities, built once: its text around the representations, what it needs of each entity and what it asks for.
 * Where an entity lacks an input that only some of the fields need, a smaller request asks for the others.
 */
import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner'
import { type DocumentNode, Kind, parse, print, type SelectionNode, stripIgnoredCharacters, visit } from 'graphql'
import { requestHead } from './call-service.ts'
import { type FetchedFields, fetchedFields, fieldBelow } from './fetched-fields.ts'
import { compileOutputRewrites, type OutputRewrites } from './output-rewrites.ts'
import { compileRepresentation, type Representation } from './representations.ts'
import type { TypeRelations } from './type-relations.ts'
import { clientVariable } from './variable-names.ts'

/** The field through which a service answers for entities. */
export const ENTITIES = '_entities'

export interface EntityRequest {
  /** JSON text up to the variables. */
  readonly head: string
  /** The client's variables it uses, by their names in the request. */
  readonly variables: readonly string[]
  readonly representation: Representation
  /** What is asked of each entity. */
  readonly fields: FetchedFields
  readonly rewrites: OutputRewrites | undefined
  /** Fields that need one of these inputs; `undefined` where the whole request needs one, as a part of the key. */
  fieldsNeeding(inputs: Iterable<string>): FetchedFields | undefined
  /** The request for the fields that need none of these inputs; `undefined` where that leaves nothing to ask for. */
  without(inputs: readonly string[]): EntityRequest | undefined
}

export function entityRequest(
  node: FetchNode,
  requires: readonly QueryPlanSelectionNode[],
  types: TypeRelations,
  document: DocumentNode = parse(node.operation, { noLocation: true }),
): EntityRequest {
  const rewrites = compileOutputRewrites(node.outputRewrites, types)
  const asked = fieldBelow(fetchedFields(document), ENTITIES)
  const needs = (field: { readonly field: string; readonly on: readonly string[] }): readonly string[] =>
    types.inputsOf(node.serviceName, field.on.at(-1) ?? '', field.field)
  // What no field's `@requires` names is the key; if nothing is left for it, every input may be part of it.
  const required = new Set(asked.flatMap(needs))
  const keys = inputNames(requires).filter((name) => name !== '__typename' && !required.has(name))
  const isKey = (name: string): boolean => keys.length === 0 || keys.includes(name) || name === '__typename'
  const smaller = new Map<string, EntityRequest | undefined>()
  const query = node.operation

  return {
    head: requestHead(query, node.operationName),
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

/** The operation with fewer fields of the entities, and without the variables that only those used. */
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
