/** Refuses a fetch with parts that the engine does not know. */
import type { FetchDataRewrite, FetchNode, QueryPlanFieldNode, QueryPlanSelectionNode } from '@apollo/query-planner'
import { Kind, parse, type SelectionSetNode } from 'graphql'
import { PlanShapeError } from './shape-error.ts'

/** Marks a type condition in the path of a rewrite. */
export const FRAGMENT = '... on '

/** @throws PlanShapeError */
export function checkFetch(node: FetchNode): void {
  checkOperation(node.operation)
  for (const rewrite of node.inputRewrites ?? []) if (!namesType(rewrite)) refuse('input rewrite', rewrite)
  for (const rewrite of node.outputRewrites ?? []) if (!renames(rewrite)) refuse('output rewrite', rewrite)
  for (const rewrite of node.contextRewrites ?? []) {
    const levels = rewrite.path.findIndex((segment) => segment !== '..')
    if (levels < 0 || rewrite.path.lastIndexOf('..') >= levels) refuse('context', rewrite)
  }
  if (node.contextRewrites && !node.requires) throw new PlanShapeError('a context of a root field')
  for (const required of fieldsOf(node.requires ?? [])) {
    if (required.selections) checkNames(required.selections)
  }
}

function refuse(what: string, { path }: FetchDataRewrite): never {
  throw new PlanShapeError(`the ${what} at ${path.join('/')}`)
}

function checkOperation(text: string): void {
  const [operation, ...others] = parse(text, { noLocation: true }).definitions
  const isPlain = ({ selections }: SelectionSetNode): boolean =>
    selections.every(
      (each) => each.kind !== Kind.FRAGMENT_SPREAD && (each.selectionSet === undefined || isPlain(each.selectionSet)),
    )
  if (operation?.kind !== Kind.OPERATION_DEFINITION || others.length > 0 || !isPlain(operation.selectionSet)) {
    throw new PlanShapeError('named fragments')
  }
}

/** True if the rewrite replaces a type's name by that of an interface. */
const namesType = ({ kind, path }: FetchDataRewrite): boolean =>
  kind === 'ValueSetter' &&
  path.at(-1) === '__typename' &&
  path.slice(0, -1).every((segment) => segment.startsWith(FRAGMENT))

const renames = ({ kind, path }: FetchDataRewrite): boolean =>
  kind === 'KeyRenamer' && path.at(-1)?.startsWith(FRAGMENT) === false

/** Inside a representation, a name can stand for one field only. */
function checkNames(required: readonly QueryPlanSelectionNode[]): void {
  const names = new Map<string, string>()
  for (const { name, alias = name, selections } of fieldsOf(required)) {
    if ((names.get(name) ?? alias) !== alias) {
      throw new PlanShapeError('an object that is required with different arguments of its fields')
    }
    names.set(name, alias)
    if (selections) checkNames(selections)
  }
}

const fieldsOf = (nodes: readonly QueryPlanSelectionNode[]): QueryPlanFieldNode[] =>
  nodes.flatMap((node) => (node.kind === 'Field' ? [node] : fieldsOf(node.selections)))
