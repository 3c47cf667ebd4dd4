/**
 * Random operations with deferred fragments, and the merging of incremental answers as a client
 * does it.
 */
import { deepStrictEqual } from 'node:assert/strict'
import {
  type ASTNode,
  type DirectiveNode,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql'
import type { Part } from '../../../../gateway/execution/answer/part.ts'

const deferred = (label: number): DirectiveNode =>
  ({
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: 'defer' },
    arguments: [
      {
        kind: Kind.ARGUMENT,
        name: { kind: Kind.NAME, value: 'label' },
        value: { kind: Kind.STRING, value: `l${label}` },
      },
    ],
  }) as DirectiveNode

/**
 * Defers some fragments, and moves some fields into deferred fragments. A mutation with several
 * root fields stays unchanged: a part deferred from one also shows the effects of the others.
 */
export function deferSome(query: string, choices: readonly number[]): string {
  let position = 0
  let label = 0
  const chance = (oneIn: number): boolean => (choices[position++ % choices.length] ?? 0) % oneIn === 0
  const document = parse(query)
  const mutation = document.definitions.find(isMutation)
  const [change, ...others] = mutation?.selectionSet.selections ?? []
  if (others.length > 0 || (change && change.kind !== Kind.FIELD)) return query
  return print(
    visit(document, {
      SelectionSet: {
        leave(set, _key, parent): SelectionSetNode | undefined {
          if (parent && 'kind' in parent && isMutation(parent)) return undefined
          const selections = set.selections.map((selection): SelectionNode => {
            const isFragment = selection.kind !== Kind.FIELD
            if (isFragment && chance(2))
              return { ...selection, directives: [...(selection.directives ?? []), deferred(label++)] }
            if (!chance(6)) return selection
            return {
              kind: Kind.INLINE_FRAGMENT,
              directives: [deferred(label++)],
              selectionSet: { kind: Kind.SELECTION_SET, selections: [selection] },
            }
          })
          return { ...set, selections }
        },
      },
    }),
  )
}

const isMutation = (node: ASTNode): node is OperationDefinitionNode =>
  node.kind === Kind.OPERATION_DEFINITION && node.operation === OperationTypeNode.MUTATION

type Value = Record<string | number, unknown>

export interface Merged {
  readonly data: unknown
  readonly errors: readonly { readonly path?: readonly (string | number)[] | undefined; readonly message: string }[]
  readonly parts: number
}

/** @throws if a part breaks the rules of the format */
export async function mergeParts(parts: AsyncIterable<Part>): Promise<Merged> {
  let data: unknown
  let old: unknown
  const errors: Merged['errors'][number][] = []
  const open = new Map<number, readonly (string | number)[]>()
  let count = 0
  let isOver = false
  for await (const { first, pending, completed, hasNext } of parts) {
    if (isOver) throw new Error('A part came after the last one.')
    if ((count++ === 0) !== (first !== undefined)) throw new Error('The first part is not first.')
    if (first) {
      data = JSON.parse(JSON.stringify(first.data))
      old = JSON.parse(JSON.stringify(first.data))
      errors.push(...first.errors)
    }
    for (const { id, path, additions, errors: told, whole } of completed) {
      if (!open.delete(id)) throw new Error(`${id} is completed, but not open.`)
      errors.push(...told)
      if (!additions) {
        if (told.length === 0) throw new Error('A part is lost without an error.')
        continue
      }
      for (const addition of additions) {
        const target = at(data, addition.path) as Value
        const fields = JSON.parse(JSON.stringify(addition.data)) as Value
        for (const name of Object.keys(fields))
          if (Object.hasOwn(target, name)) throw new Error(`${[...addition.path, name].join('.')} came twice.`)
        deepMerge(target, fields)
        for (const [key, value] of path.entries())
          if (addition.path[key] !== value) throw new Error('An addition is not within its part.')
      }
      deepMerge(at(old, path) as Value, JSON.parse(JSON.stringify(whole())) as Value)
    }
    for (const { id, path } of pending) {
      const target = at(data, path)
      if (typeof target !== 'object' || target === null || Array.isArray(target))
        throw new Error(`Something is pending of ${path.join('.')}, which is no object.`)
      open.set(id, path)
    }
    if (hasNext !== open.size > 0) throw new Error('hasNext is wrong.')
    isOver = !hasNext
  }
  if (!isOver) throw new Error('The last part is missing.')
  deepStrictEqual(old, data)
  return { data, errors, parts: count }
}

const at = (data: unknown, path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Value)[key], data)

function deepMerge(target: Value, source: Value): void {
  for (const [name, value] of Object.entries(source)) {
    const known = Object.hasOwn(target, name) ? target[name] : undefined
    if (typeof known === 'object' && known !== null && typeof value === 'object' && value !== null)
      deepMerge(known as Value, value as Value)
    else Object.defineProperty(target, name, { value, enumerable: true, writable: true, configurable: true })
  }
}
