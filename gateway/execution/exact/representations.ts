/**
 * Writes what a service needs to know of an entity, as JSON text: by one list of fields for each
 * concrete type, built when the type is first met. The same entity always gives the same text, so
 * that it is asked for once.
 */
import type { FetchDataRewrite, QueryPlanSelectionNode } from '@apollo/query-planner'
import { isWritable } from '../../../platform/data/json-safe.ts'
import { isInherited, own } from '../../../platform/data/own.ts'
import { Failure, UNWRITABLE } from '../answer/failure.ts'
import { PlanShapeError } from '../plan/shape-error.ts'
import type { TypeRelations } from '../plan/type-relations.ts'
import { valueText } from './json-text.ts'
import { type Data, isData } from './run.ts'

export interface Representation {
  /**
   * The text of an entity; the failure that took one of its inputs; `undefined` where it is of
   * another type, or an input was never given.
   */
  write(entity: Readonly<Data>): string | Failure | undefined
  /** The inputs that an entity lacks, each with the failure that took it, if one did. */
  missing(entity: Readonly<Data>): ReadonlyMap<string, Failure | undefined>
}

type Write = Representation['write']

interface InputField {
  readonly source: string
  /** Whether every object answers to `source`. */
  readonly inherited: boolean
  /** `"name":` */
  readonly key: string
  readonly write: (value: unknown) => string | Failure | undefined
}

/**
 * @throws PlanShapeError for a rewrite that is not the name of an interface in place of a type's
 */
export function compileRepresentation(
  service: string,
  requires: readonly QueryPlanSelectionNode[],
  rewrites: readonly FetchDataRewrite[] | undefined,
  types: TypeRelations,
): Representation {
  const rewritten = (rewrites ?? []).map(typenameRewrite)
  const rename = (typename: string): string => {
    const rewrite = rewritten.findLast(({ on }) => on.every((condition) => types.belongsTo(typename, condition)))
    return rewrite?.typename ?? typename
  }
  // An object whose fields make no key is not one that the service is asked for.
  const fieldsFor = (typename: unknown): readonly InputField[] => {
    const fields = inputFields(requires, typename, types, rename)
    const names = fields.map(({ source }) => source)
    return typeof typename === 'string' && types.isKey(service, rename(typename), names) ? fields : []
  }
  return {
    write: objectWriter(fieldsFor, undefined),
    missing(entity) {
      const missing = new Map<string, Failure | undefined>()
      for (const { source, write } of fieldsFor(entity['__typename'])) {
        const value = write(own(entity, source))
        if (typeof value !== 'string') missing.set(source, value)
      }
      return missing
    },
  }
}

function typenameRewrite(rewrite: FetchDataRewrite): { on: readonly string[]; typename: string } {
  const on = rewrite.path.slice(0, -1).map((segment) => segment.replace(/^\.\.\. on /, ''))
  const isTypename = rewrite.kind === 'ValueSetter' && rewrite.path.at(-1) === '__typename'
  if (!isTypename || rewrite.path.slice(0, -1).some((segment) => !segment.startsWith('... on '))) {
    throw new PlanShapeError(`the input rewrite at ${rewrite.path.join('/')}`)
  }
  return { on, typename: String(rewrite.setValueTo) }
}

/**
 * @param fieldsFor the fields of a concrete type
 * @param empty what stands for an object of which nothing is asked
 */
function objectWriter(fieldsFor: (typename: unknown) => readonly InputField[], empty: string | undefined): Write {
  const byType = new Map<unknown, readonly InputField[]>()
  return (entity) => {
    const typename = entity['__typename']
    let fields = byType.get(typename)
    if (!fields) {
      fields = fieldsFor(typename)
      byType.set(typename, fields)
    }
    if (fields.length === 0) return empty
    let text = ''
    for (const { source, inherited, key, write } of fields) {
      const value = write(inherited ? own(entity, source) : entity[source])
      if (typeof value !== 'string') return value
      text += text === '' ? `{${key}${value}` : `,${key}${value}`
    }
    return `${text}}`
  }
}

function inputFields(
  selections: readonly QueryPlanSelectionNode[],
  typename: unknown,
  types: TypeRelations,
  rename: (typename: string) => string,
): readonly InputField[] {
  const grouped = new Map<string, { readonly name: string; readonly children: QueryPlanSelectionNode[] }>()
  const group = (nodes: readonly QueryPlanSelectionNode[]): void => {
    for (const node of nodes) {
      if (node.kind === 'InlineFragment') {
        const applies =
          node.typeCondition === undefined ||
          (typeof typename === 'string' && types.belongsTo(typename, node.typeCondition))
        if (applies) group(node.selections)
      } else {
        const source = node.alias ?? node.name
        const { children } = grouped.get(source) ?? { children: [] }
        grouped.set(source, { name: node.name, children: [...children, ...(node.selections ?? [])] })
      }
    }
  }
  group(selections)
  return Array.from(grouped, ([source, { name, children }]) => ({
    source,
    inherited: isInherited(source),
    key: `${JSON.stringify(name)}:`,
    write: source === '__typename' ? typenameWriter(rename) : inputWriter(children, types),
  }))
}

const typenameWriter = (rename: (typename: string) => string) => (value: unknown) =>
  typeof value === 'string' ? JSON.stringify(rename(value)) : undefined

const same = (typename: string): string => typename

function inputWriter(children: readonly QueryPlanSelectionNode[], types: TypeRelations): InputField['write'] {
  const writeObject =
    children.length > 0 ? objectWriter((typename) => inputFields(children, typename, types, same), '{}') : undefined
  const write = (value: unknown): string | Failure | undefined => {
    if (value === undefined || value instanceof Failure) return value
    if (value === null) return 'null'
    if (!Array.isArray(value)) {
      if (writeObject && isData(value)) return writeObject(value)
      return isWritable(value) ? valueText(value) : UNWRITABLE
    }
    const items: string[] = []
    for (const item of value) {
      const text = write(item)
      if (typeof text !== 'string') return text
      items.push(text)
    }
    return `[${items.join(',')}]`
  }
  return write
}
