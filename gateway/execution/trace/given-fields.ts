/** Finds the fields of the client's answer that a fetch gives. */
import { type GraphQLOutputType, isListType, isNonNullType } from 'graphql'
import type { ObjectShape, SelectionShape } from '../answer/shape.ts'
import { type Selection, selectionOf } from '../calls/selection.ts'
import type { Fetch } from '../plan/step.ts'
import type { TypeRelations } from '../plan/type-relations.ts'

const MOST_PATHS = 500 // of one fetch
const MOST_VISITS = 20_000 // abstract types inside abstract types multiply

/**
 * Paths with lists as `[]`, in the client's names. If the client sees no field that the fetch gives
 * of an object, the path of the object.
 */
export function givenFields({ node, paths }: Fetch, root: ObjectShape, types: TypeRelations): readonly string[] {
  const given = new Set<string>()
  let visits = 0
  const isFull = (): boolean => given.size >= MOST_PATHS || ++visits > MOST_VISITS

  /** True if the client sees anything of it. */
  const visit = (path: string, shapes: readonly ObjectShape[], { fields: asked }: Selection): boolean => {
    let isSeen = false
    for (const { type, fields } of shapes) {
      for (const { responseName, value } of fields) {
        if (value.kind !== 'data') continue
        const matching = asked.filter(
          ({ name, on }) => name === value.source && on.every((each) => types.belongsTo(type.name, each)),
        )
        if (matching.length === 0) continue
        isSeen = true
        if (isFull()) return true
        const at = below(path, responseName, value.type)
        const inside = matching.map((each) => isSeenBelow(at, value.selection, each.below))
        if (!inside.includes(true)) given.add(at)
      }
    }
    return isSeen
  }
  const isSeenBelow = (path: string, shape: SelectionShape | undefined, asked: Selection | undefined): boolean =>
    shape !== undefined && asked !== undefined && visit(path, shape.all(), asked)

  const asked = selectionOf(node)
  for (const place of paths.flatMap((path) => placesAt(root, path))) visit(place.path, place.shapes, asked)
  return [...given]
}

interface ClientPlace {
  readonly path: string
  readonly shapes: readonly ObjectShape[]
}

/** The client's paths to the objects at a path of the engine. */
function placesAt(root: ObjectShape, path: readonly string[]): readonly ClientPlace[] {
  return path.reduce<readonly ClientPlace[]>(
    (places, name) => {
      const found = new Map<string, ClientPlace>()
      for (const { path, shapes } of places)
        for (const { responseName, value } of shapes.flatMap(({ fields }) => fields)) {
          if (value.kind !== 'data' || value.source !== name || !value.selection) continue
          const at = below(path, responseName, value.type)
          found.set(at, { path: at, shapes: [...(found.get(at)?.shapes ?? []), ...value.selection.all()] })
        }
      return [...found.values()]
    },
    [{ path: '', shapes: [root] }],
  )
}

function below(path: string, responseName: string, type: GraphQLOutputType): string {
  return `${path === '' ? '' : `${path}.`}${responseName}${listsOf(type)}`
}

function listsOf(type: GraphQLOutputType): string {
  if (isNonNullType(type)) return listsOf(type.ofType)
  return isListType(type) ? `[]${listsOf(type.ofType)}` : ''
}
