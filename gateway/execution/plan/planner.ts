/**
 * The only module that knows Apollo's planner: it turns a supergraph into the facts that the engine
 * needs, and operations into plans. It runs in a thread of its own (`planner-worker.ts`), so that a
 * hard operation never blocks a request; import it nowhere else.
 */
import {
  operationFromDocument,
  ROUTER_SUPPORTED_SUPERGRAPH_FEATURES,
  type Schema,
  Supergraph,
} from '@apollo/federation-internals'
import { type QueryPlan, QueryPlanner } from '@apollo/query-planner'
import {
  type ASTNode,
  buildASTSchema,
  type DefinitionNode,
  DirectiveLocation,
  type DocumentNode,
  type GraphQLSchema,
  isTypeSystemExtensionNode,
  Kind,
  type NameNode,
  parse,
  print,
  visit,
} from 'graphql'
import { type NodeGraph, readNodeGraph } from '../../supergraph/node-graph.ts'
import { type AccessRules, readAccessRules } from './access-rules.ts'
import { cutSchema } from './api-schema.ts'
import { byObjectTypes } from './by-object-types.ts'
import { type DeclaredCosts, readDeclaredCosts } from './declared-costs.ts'
import { withEntityDirectives } from './entity-directives.ts'
import { requireImplemented } from './features.ts'
import { withFewerWays } from './fewer-ways.ts'
import { spareInterfaceDetours } from './interface-detours.ts'
import { withInterfaceKeys } from './interface-keys.ts'
import { prepareSupergraph, type ServiceInputs, type ServiceKeys } from './planner-supergraph.ts'
import { printBuiltSchema } from './print-schema.ts'
import { type RequiredArguments, withServicesNames } from './required-arguments.ts'
import { type VariantFilter, variantSchema } from './variant-schema.ts'

/** What the engine needs to know of a supergraph: plain data that can cross threads. */
export interface SupergraphFacts {
  /** The public schema as SDL, in pieces that are short to parse. */
  readonly apiSchema: readonly string[]
  /** The public schema of each contract variant, by name. */
  readonly variants: ReadonlyMap<string, VariantFacts>
  /** Services by name, with the addresses that the supergraph gives them. */
  readonly services: readonly { readonly name: string; readonly url: string }[]
  /** Names of all object types, including hidden ones. */
  readonly objectTypes: readonly string[]
  /** Each interface and union with all its types, including hidden ones. */
  readonly subtypes: ReadonlyMap<string, readonly string[]>
  /** Names of all fields, including hidden ones: no internal alias may equal one of them. */
  readonly fieldNames: readonly string[]
  /**
   * Fields that the planner may fetch on its own, for keys, `@requires`, `@provides` or contexts.
   */
  readonly plannerFields: readonly string[]
  /** Interfaces whose objects some service does not know (`@interfaceObject`). */
  readonly interfaceObjects: readonly string[]
  /** The inputs that `@requires` names, by service and `Type.field`. */
  readonly requiredInputs: ServiceInputs
  /** The keys that can be resolved, by service and type. */
  readonly keys: ServiceKeys
  /** The access rules. */
  readonly access: AccessRules
  /** The costs that the supergraph declares. */
  readonly costs: DeclaredCosts
  /** The node graph; `undefined` if there is none. */
  readonly nodes: NodeGraph | undefined
}

interface VariantFacts {
  /** The public schema as SDL, in pieces that are short to parse. */
  readonly apiSchema: readonly string[]
  /** Tags of its filter that the supergraph does not use. */
  readonly unknownTags: readonly string[]
}

/** Keyed by the variants' names. */
export type VariantFilters = ReadonlyMap<string, VariantFilter>

interface Planner {
  readonly facts: SupergraphFacts
  /**
   * @param operation one operation on the public schema, without conditions and introspection
   * @param quickly finds a plan quickly rather than a good one
   * @throws Error if the services cannot answer it
   */
  plan(operation: string, quickly?: boolean): QueryPlan
}

spareInterfaceDetours()

/**
 * With more, operations over many shareable fields would take seconds to plan, to save a call at
 * best.
 */
const MAX_EVALUATED_PLANS = 100

/**
 * @throws Error if the text is not a supergraph, needs an unimplemented feature, or cannot be
 * filtered for a variant
 */
export function createPlanner(supergraphSdl: string, variants: VariantFilters = new Map()): Planner {
  const document = parse(supergraphSdl, { noLocation: true })
  requireImplemented(document)
  const prepared = prepareSupergraph(document)
  const thorough = openPlanner(prepared.document)
  let quick: readonly OpenPlanner[] | undefined
  const { supergraph, apiSchema } = thorough
  /** Made for the first operation that must be rewritten by object types. */
  let objectTypes: GraphQLSchema | undefined
  const publicSdl = publicSchema(schemaOf(apiSchema), prepared.requiredArguments)
  /** In the order in which they are tried. */
  const plannersFor = (quickly: boolean): readonly OpenPlanner[] => {
    if (!quickly) return [thorough]
    quick ??= quickPlanners(prepared.document, new Set(prepared.plannerFields))
    return quick
  }
  const rewritten = (text: string): string | undefined => {
    objectTypes ??= schemaOf(apiSchema)
    return byObjectTypes(objectTypes, text)
  }
  const mayStandInQueries = (directive: string): boolean =>
    apiSchema.directive(directive)?.locations.includes(DirectiveLocation.QUERY) ?? false
  const variantFacts = (name: string, filter: VariantFilter): VariantFacts => {
    try {
      const { sdl, unknownTags } = variantSchema(document, publicSdl, filter)
      return { apiSchema: cutSchema(sdl), unknownTags }
    } catch (error) {
      throw new Error(`variants.${name}: ${(error as Error).message}`)
    }
  }
  return {
    facts: {
      apiSchema: cutSchema(publicSdl),
      variants: new Map(Array.from(variants, ([name, filter]) => [name, variantFacts(name, filter)])),
      services: supergraph.subgraphsMetadata(),
      plannerFields: prepared.plannerFields,
      interfaceObjects: prepared.interfaceObjects,
      requiredInputs: prepared.requiredInputs,
      keys: prepared.keys,
      access: readAccessRules(document),
      costs: readDeclaredCosts(document),
      nodes: readNodeGraph(document),
      ...typeFacts(prepared.document),
    },
    plan(text, quickly = false) {
      const planners = plannersFor(quickly)
      const attempts = function* () {
        for (const open of planners) yield () => open.plan(text)
        const other = rewritten(text)
        if (other !== undefined) for (const open of planners) yield () => open.plan(other)
      }
      const plan = withServicesNames(firstOf(attempts()), prepared.requiredArguments)
      return text.startsWith('query') ? plan : withEntityDirectives(plan, mayStandInQueries)
    },
  }
}

/** The first result, or the first error if all attempts fail. */
function firstOf<Value>(attempts: Iterable<() => Value>): Value {
  let first: unknown
  for (const attempt of attempts)
    try {
      return attempt()
    } catch (error) {
      first ??= error
    }
  throw first
}

interface OpenPlanner {
  readonly supergraph: Supergraph
  readonly apiSchema: Schema
  plan(text: string): QueryPlan
}

/** Not every operation can be planned with the keys of interfaces. */
function quickPlanners(document: DocumentNode, kept: ReadonlySet<string>): readonly OpenPlanner[] {
  const fewer = withFewerWays(document, kept)
  const keyed = withInterfaceKeys(fewer)
  const last = openPlanner(fewer)
  if (!keyed) return [last]
  const first = openPlanner(keyed.document)
  return [{ ...first, plan: (text) => keyed.revise(first.plan(text)) }, last]
}

function openPlanner(document: DocumentNode): OpenPlanner {
  const supergraph = Supergraph.build(document, {
    supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES,
    validateSupergraph: false,
  })
  const planner = new QueryPlanner(supergraph, { debug: { maxEvaluatedPlans: MAX_EVALUATED_PLANS } })
  const apiSchema = supergraph.apiSchema()
  return {
    supergraph,
    apiSchema,
    plan(text) {
      const operation = operationFromDocument(apiSchema, parse(text, { noLocation: true }), { validate: false })
      const { kind, node } = planner.buildQueryPlan(operation, { recursiveSelectionsLimitDisabled: true })
      if (!node) throw new Error('The services cannot answer this operation together.')
      return { kind, node }
    },
  }
}

/**
 * Like `toGraphQLJSSchema`, without validating again what was valid when the API schema was made.
 * Adds the definitions of types that are only extended.
 */
function schemaOf(schema: Schema): GraphQLSchema {
  const document = schema.toAST()
  const isExtended = document.definitions.some(isTypeSystemExtensionNode)
  return isExtended ? schema.toGraphQLJSSchema() : buildASTSchema(document, { assumeValidSDL: true })
}

/** The schema as it was before the planner's own fields were added. */
function publicSchema(schema: GraphQLSchema, added: RequiredArguments): string {
  const text = printBuiltSchema(schema)
  if (added.size === 0) return text
  const isAdded = (node: ASTNode): boolean => node.kind === Kind.FIELD_DEFINITION && added.has(node.name.value)
  return print(visit(parse(text), { enter: (node) => (isAdded(node) ? null : undefined) }))
}

function typeFacts({ definitions }: DocumentNode): Pick<SupergraphFacts, 'objectTypes' | 'subtypes' | 'fieldNames'> {
  const composite = definitions.filter(
    (type) => type.kind === Kind.OBJECT_TYPE_DEFINITION || type.kind === Kind.INTERFACE_TYPE_DEFINITION,
  )
  const subtypesOf = (type: DefinitionNode): readonly (readonly [string, readonly string[]])[] => {
    if (type.kind === Kind.UNION_TYPE_DEFINITION) return [[type.name.value, (type.types ?? []).map(nameOf)]]
    if (type.kind !== Kind.INTERFACE_TYPE_DEFINITION) return []
    const having = composite.filter(({ interfaces }) => interfaces?.some((each) => nameOf(each) === nameOf(type)))
    return [[type.name.value, having.map(nameOf)]]
  }
  return {
    objectTypes: composite.filter(({ kind }) => kind === Kind.OBJECT_TYPE_DEFINITION).map(nameOf),
    subtypes: new Map(definitions.flatMap(subtypesOf)),
    fieldNames: [...new Set(composite.flatMap(({ fields }) => (fields ?? []).map(nameOf)))],
  }
}

const nameOf = ({ name }: { readonly name: NameNode }): string => name.value
