/** Finds the fields that a fetch gives, and those that it needs first. */
import type { QueryPlanSelectionNode } from '@apollo/query-planner'
import { type Selection, selectionOf } from '../calls/selection.ts'
import type { Fetch } from '../plan/step.ts'
import { below, existence, type FieldKey, ROOT } from './needs.ts'

/** The types that an object must belong to, all of them, for a field to be requested. */
type Types = readonly string[]

/** For each field, the conditions under which it is requested. */
type Given = ReadonlyMap<FieldKey, readonly Types[]>

/** Marks, among the types, a fetch that gives the concrete type of an interface's object. */
const CONCRETE = '!'

/** @param interfaceObjects interfaces whose objects some service does not know */
export function givenBy({ node, paths }: Fetch, interfaceObjects: ReadonlySet<string>): Given {
  const given = new Map<FieldKey, Types[]>()
  const add = (key: FieldKey, on: Types): void => {
    const known = given.get(key)
    if (known) known.push(on)
    else given.set(key, [on])
  }
  const walk = ({ fields }: Selection, key: FieldKey, above: Types): void => {
    for (const { name, on: own, below: selection } of fields) {
      const on = [...above, ...own]
      const field = below(key, name)
      if (!selection) add(field, on)
      else {
        add(existence(field), on)
        walk(selection, field, on)
      }
    }
  }
  const asked = selectionOf(node)
  const isOpen = (each: QueryPlanSelectionNode): boolean =>
    each.kind === 'InlineFragment' && each.typeCondition !== undefined && interfaceObjects.has(each.typeCondition)
  const saysTypes = asked.answered.has('__typename') && (node.requires ?? []).some(isOpen)
  for (const path of paths) {
    const key = path.reduce(below, ROOT)
    walk(asked, key, [])
    if (saysTypes) add(existence(key), [CONCRETE])
  }
  return given
}

/** Whether one fetch gives a field for every object for which another gives it. */
export const covers = (one: Given | undefined, other: Given | undefined, key: FieldKey): boolean =>
  (other?.get(key) ?? []).every((narrow) =>
    (one?.get(key) ?? []).some(
      (wide) => wide.every((type) => narrow.includes(type)) && narrow.includes(CONCRETE) === wide.includes(CONCRETE),
    ),
  )

export function inputsOf({ node: { requires = [] }, paths }: Fetch): ReadonlySet<FieldKey> {
  const keys = new Set<FieldKey>()
  const walk = (nodes: readonly QueryPlanSelectionNode[], key: FieldKey): void => {
    for (const each of nodes) {
      if (each.kind === 'InlineFragment') walk(each.selections, key)
      else if (each.name === '__typename') keys.add(existence(key))
      else {
        const field = below(key, each.alias ?? each.name)
        if (each.selections) walk(each.selections, field)
        else keys.add(field)
      }
    }
  }
  for (const path of paths) walk(requires, path.reduce(below, ROOT))
  keys.delete(existence(ROOT))
  return keys
}
