/** Faults and hints of the composer, each with its place. Pure. */
import type { ASTNode, GraphQLError } from 'graphql'

/** A place in a file, for people and for annotations. */
export interface Place {
  /** Path relative to the project's folder, if it is inside. */
  readonly file: string
  /** Line number, from 1. */
  readonly line: number
  readonly column: number
}

export interface Remark {
  /** The composer's code, for example `INVALID_FIELD_SHARING`; `SYNTAX` for invalid SDL. */
  readonly code: string
  readonly level: 'error' | 'warning' | 'info'
  /** One line. */
  readonly message: string
  readonly places: readonly Place[]
}

/** Where a node begins, without its description; `undefined` for a generated one. */
export function placeOf(node: ASTNode): Place | undefined {
  if (!node.loc) return undefined
  const named = 'name' in node && node.name && 'loc' in node.name ? node.name.loc : undefined
  const { source } = node.loc
  const { line, column } = (named ?? node.loc).startToken
  return { file: source.name, line: line + source.locationOffset.line - 1, column }
}

export const remarkOf = (error: GraphQLError): Remark => ({
  code: String(error.extensions['code'] ?? 'INVALID_GRAPHQL'),
  level: 'error',
  message: oneLine(error.message),
  places: distinct((error.nodes ?? []).flatMap((node) => placeOf(node) ?? [])),
})

/** Removes places that a message names twice. */
export const distinct = (places: readonly Place[]): readonly Place[] =>
  places.filter((place, at) => places.findIndex((other) => showPlace(other) === showPlace(place)) === at)

export const showPlace = ({ file, line, column }: Place): string => `${file}:${line}:${column}`

export const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim()
