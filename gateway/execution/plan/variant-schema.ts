/**
 * Makes the public schema of a contract variant: the part of the whole public schema that a filter
 * on `@tag`s keeps, by the rules of Apollo's contracts. It must never show what a tag hides: a
 * filter that leaves an invalid schema is refused with reasons.
 */
import {
  type DefinitionNode,
  type DocumentNode,
  type EnumValueDefinitionNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  Kind,
  type NamedTypeNode,
  parse,
  print,
  type TypeDefinitionNode,
} from 'graphql'
import { isType, typesByName } from './definitions.ts'
import { reachableTypes } from './reachable-types.ts'
import { variantFaults } from './variant-faults.ts'
import { readTags, type Tags } from './variant-tags.ts'

/** Selects the part of the schema that a variant has. */
export interface VariantFilter {
  /** Tags of included elements; without any, everything is included. */
  readonly include: readonly string[]
  /** Tags of excluded elements; takes precedence over `include`. */
  readonly exclude: readonly string[]
  /** Remove types that no operation can reach. */
  readonly hideUnreachable: boolean
}

interface VariantSchema {
  readonly sdl: string
  /** Tags of the filter that the supergraph does not use. */
  readonly unknownTags: readonly string[]
}

const MOST_FAULTS = 20 // reported for one filter

/**
 * @param publicSdl the supergraph's whole public schema
 * @throws Error naming what cannot be hidden
 */
export function variantSchema(supergraph: DocumentNode, publicSdl: string, filter: VariantFilter): VariantSchema {
  const whole = parse(publicSdl, { noLocation: true })
  const tags = readTags(supergraph)
  const kept = keep(whole, createChoice(tags, filter))
  const faults = variantFaults(whole, kept)
  if (faults.length > 0) {
    const more = faults.length > MOST_FAULTS ? [`And ${faults.length - MOST_FAULTS} more.`] : []
    throw new Error([...faults.slice(0, MOST_FAULTS), ...more].join(' '))
  }
  const definitions = filter.hideUnreachable ? reachableTypes(kept) : kept
  const known = new Set([...tags.values()].flatMap((each) => [...each]))
  return {
    sdl: print({ kind: Kind.DOCUMENT, definitions }),
    unknownTags: [...new Set([...filter.include, ...filter.exclude])].filter((tag) => !known.has(tag)),
  }
}

interface Choice {
  /** Whether a field of a kept object or interface is kept. */
  field(type: string, field: string): boolean
  /** Whether a union with a kept member is kept. */
  union(type: string): boolean
  /** Whether any other element is kept: `include` applies to fields and unions only. */
  other(coordinate: string): boolean
}

function createChoice(tags: Tags, { include, exclude }: VariantFilter): Choice {
  const excluded = new Set(exclude)
  const included = new Set(include)
  const hasAny = (coordinate: string, wanted: ReadonlySet<string>): boolean =>
    [...(tags.get(coordinate) ?? [])].some((tag) => wanted.has(tag))
  const isExcluded = (coordinate: string): boolean => hasAny(coordinate, excluded)
  const isIncluded = (coordinate: string): boolean => included.size === 0 || hasAny(coordinate, included)
  return {
    // A tag of the type counts as one of each of its fields.
    field: (type, name) => !isExcluded(`${type}.${name}`) && (isIncluded(`${type}.${name}`) || isIncluded(type)),
    union: (type) => !isExcluded(type) && isIncluded(type),
    other: (coordinate) => !isExcluded(coordinate),
  }
}

/** Removes definitions that are not kept, and types without any kept member. */
function keep({ definitions }: DocumentNode, choice: Choice): readonly DefinitionNode[] {
  const first = definitions.flatMap((node): DefinitionNode[] =>
    isType(node) ? [withoutMembers(node, choice) ?? []].flat() : [node],
  )
  const left = typesByName(first)
  const gone = new Set([...typesByName(definitions).keys()].filter((name) => !left.has(name)))
  const isLeft = ({ name }: NamedTypeNode): boolean => !gone.has(name.value)
  return first.flatMap((node): DefinitionNode[] => {
    if (node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION)
      return [{ ...node, interfaces: node.interfaces?.filter(isLeft) ?? [] }]
    if (node.kind === Kind.UNION_TYPE_DEFINITION) {
      const types = node.types?.filter(isLeft) ?? []
      return types.length === 0 ? [] : [{ ...node, types }]
    }
    if (node.kind === Kind.SCHEMA_DEFINITION)
      return [{ ...node, operationTypes: node.operationTypes.filter(({ type }) => isLeft(type)) }]
    return [node]
  })
}

function withoutMembers(node: TypeDefinitionNode, choice: Choice): TypeDefinitionNode | undefined {
  const { value: name } = node.name
  if (!choice.other(name)) return undefined
  const isThere = (member: EnumValueDefinitionNode | InputValueDefinitionNode): boolean =>
    choice.other(`${name}.${member.name.value}`)
  switch (node.kind) {
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.INTERFACE_TYPE_DEFINITION: {
      const fields = node.fields?.filter((field) => choice.field(name, field.name.value)) ?? []
      return fields.length === 0 ? undefined : { ...node, fields: fields.map((field) => withoutArguments(name, field)) }
    }
    case Kind.INPUT_OBJECT_TYPE_DEFINITION: {
      const fields = node.fields?.filter(isThere) ?? []
      return fields.length === 0 ? undefined : { ...node, fields }
    }
    case Kind.ENUM_TYPE_DEFINITION: {
      const values = node.values?.filter(isThere) ?? []
      return values.length === 0 ? undefined : { ...node, values }
    }
    case Kind.UNION_TYPE_DEFINITION:
      return choice.union(name) ? node : undefined
    default:
      return node
  }

  function withoutArguments(type: string, field: FieldDefinitionNode): FieldDefinitionNode {
    const given = field.arguments ?? []
    const left = given.filter((each) => choice.other(`${type}.${field.name.value}(${each.name.value}:)`))
    return left.length === given.length ? field : { ...field, arguments: left }
  }
}
