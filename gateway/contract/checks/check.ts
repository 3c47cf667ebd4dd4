/** Runs every check of the contract over schemas, a base and use. Reads no file. */
import { buildSchema, type GraphQLSchema, parse } from 'graphql'
import { type Composition, CompositionError, isSameSchema, type ServiceSchema } from '../../composition/compose.ts'
import type { Place, Remark } from '../../composition/remark.ts'
import { readDeclaredCosts } from '../../execution/plan/declared-costs.ts'
import type { Limits } from '../../limits/limits.ts'
import type { Change } from '../changes/change.ts'
import { publicChanges } from '../changes/public-changes.ts'
import { findPlace, serviceChanges } from '../changes/service-changes.ts'
import { readService, type ServiceElements } from '../changes/service-schema.ts'
import { supergraphElements } from '../changes/supergraph-elements.ts'
import { type Base, servicesIn } from '../sources/base.ts'
import type { WrittenOperation } from '../sources/operation-files.ts'
import { checkOperation, type Fault } from './check-operations.ts'
import { faultOf } from './composition-faults.ts'
import { type Deprecated, deprecatedUse } from './deprecated.ts'
import { acceptAt, byGravity, type Finding, isAffected, judge, type Verdict } from './judge.ts'
import { type Use, useOf } from './use.ts'
import { type CheckedVariant, checkVariants } from './variants.ts'

interface CheckInput {
  readonly services: readonly ServiceSchema[]
  /** The composition, or why it failed. */
  readonly composed: Composition | CompositionError
  readonly base: Base
  readonly operations: readonly WrittenOperation[]
  readonly recorded: readonly Use[]
  readonly limits: Limits
  /** Contract variants of the configuration. */
  readonly variants?: readonly CheckedVariant[]
  /** Coordinates whose breaking changes are intended. */
  readonly accepted?: readonly string[]
  /** Faults of files, found before. */
  readonly faults: readonly Fault[]
}

export interface Report {
  /** The name of the base. */
  readonly base: string
  readonly findings: readonly Finding[]
  readonly faults: readonly Fault[]
  readonly hints: readonly Remark[]
  readonly deprecated: readonly (Deprecated & { readonly place: Place | undefined })[]
  readonly operations: number
  /** Number of recorded operations, by client and version. */
  readonly recorded: number
  readonly holds: boolean
}

export async function check(input: CheckInput): Promise<Report> {
  const { services, composed, base, operations, recorded, limits, variants = [] } = input
  if (composed instanceof CompositionError) return brokenReport(input, composed)
  const elements = services.map(readService)
  const old = (base.services ?? []).flatMap((one) => {
    const place = services.findIndex((other) => isSameSchema(other, one))
    return elements[place] ?? readIfPossible(one)
  })
  const schema = build(composed.schema)
  const before = base.schema === undefined || base.schema === composed.schema ? schema : build(base.schema)
  const ofOperations = operations.map((operation) => ({ operation, use: useOf(operation, before, schema) }))
  const uses = [...ofOperations.map(({ use }) => use), ...recorded]
  const changes = await changesOf(before, schema, input, { old, elements }, composed)
  const ofVariants = await checkVariants(variants, {
    before: composedBefore(base),
    after: composed,
    operations,
    recorded,
    limits,
    told: changes,
    place: (found) => placed(found, old, elements),
  })
  const accept = acceptAt(input.accepted ?? [])
  const ofWhole = judge(changes, uses).map(accept)
  const findings = byGravity([...ofWhole, ...ofVariants.findings.map(accept)])
  const rules = { schema, declared: readDeclaredCosts(parse(composed.supergraph)), limits: input.limits }
  const broken = ofWhole.filter(({ verdict }) => BROKEN.has(verdict))
  const inOperations = ofOperations.flatMap(({ operation, use }) => {
    const faults = checkOperation(operation, rules)
    // A finding already says why.
    return broken.some((finding) => isAffected(use, finding)) ? faults.filter(isNotInvalid) : faults
  })
  const faults = [...input.faults, ...inOperations, ...ofVariants.faults]
  return {
    ...countsOf(input),
    findings,
    faults,
    hints: composed.hints,
    deprecated: deprecatedUse(schema, uses).map((one) => ({ ...one, place: findPlace(elements, one.coordinate) })),
    holds: faults.length === 0 && findings.every(({ verdict }) => verdict !== 'fails'),
  }
}

const countsOf = ({ base, operations, recorded }: CheckInput) => ({
  base: base.name,
  operations: operations.length,
  recorded: recorded.length,
})

const build = (sdl: string): GraphQLSchema => buildSchema(sdl, { assumeValidSDL: true })

/** The report without a public schema; changes of the services may be why they do not compose. */
function brokenReport(input: CheckInput, { remarks }: CompositionError): Report {
  const { services, base, operations, recorded } = input
  const elements = services.flatMap(readIfPossible)
  const before = base.schema === undefined || base.isComposed ? undefined : build(base.schema)
  // A schema that cannot be read was not removed.
  const isReadable = ({ name }: ServiceSchema): boolean =>
    !services.some((one) => one.name === name) || elements.some(({ service }) => service === name)
  const old = (base.services ?? []).filter(isReadable).flatMap(readIfPossible)
  const changes = before ? serviceChanges({ before: old, after: elements, schema: before }) : []
  const uses = before ? operations.map((operation) => useOf(operation, before, before)) : []
  return {
    ...countsOf(input),
    findings: judge(placed(changes, (base.services ?? []).flatMap(readIfPossible), elements), [...uses, ...recorded]),
    faults: [...input.faults, ...remarks.map((remark) => faultOf(remark, elements))],
    hints: [],
    deprecated: [],
    holds: false,
  }
}

const BROKEN: ReadonlySet<Verdict> = new Set(['fails', 'accepted'])
const isNotInvalid = ({ code }: Fault): boolean => code !== 'INVALID'

/** `undefined` if only the public schema is known, or if the services did not compose. */
const composedBefore = ({ supergraph, schema }: Base): Composition | undefined =>
  supergraph === undefined || schema === undefined ? undefined : { supergraph, schema, hints: [] }

async function changesOf(
  before: GraphQLSchema,
  after: GraphQLSchema,
  { base }: CheckInput,
  read: ReadServices,
  { supergraph }: Composition,
): Promise<readonly Change[]> {
  const ofPublic = await publicChanges(before, after)
  const ofServices = serviceChanges({ ...sides(base, read, supergraph), schema: before })
  // A hidden element is reported once, as one that clients no longer see.
  const told = new Set(ofPublic.map(({ coordinate }) => coordinate))
  const isTold = ({ code, coordinate }: Change): boolean => code.startsWith('INACCESSIBLE_') && told.has(coordinate)
  return placed([...ofPublic, ...ofServices.filter((change) => !isTold(change))], read.old, read.elements)
}

function placed(
  changes: readonly Change[],
  old: readonly ServiceElements[],
  elements: readonly ServiceElements[],
): readonly Change[] {
  const placeOf = (coordinate: string): Place | undefined => placeIn(coordinate, old, elements)
  const inService = (name: string): readonly ServiceElements[] => elements.filter(({ service }) => service === name)
  return changes.map(({ dependents, ...change }) => ({
    ...change,
    place: change.place ?? placeOf(change.coordinate),
    ...(dependents && {
      dependents: dependents.map(({ place, ...one }) => ({
        ...one,
        place: place ?? findPlace(inService(one.service), one.coordinate),
      })),
    }),
  }))
}

/** Lines of a supergraph mean nothing to people: the services' own files are searched instead. */
const withoutPlaces = ({ elements, ...service }: ServiceElements): ServiceElements => ({
  ...service,
  elements: new Map(
    [...elements].map(([coordinate, element]) => {
      const directives = element.directives.map((directive) => ({ ...directive, place: undefined }))
      return [coordinate, { ...element, directives, place: undefined }]
    }),
  ),
})

/** The services of the base, as far as they can be read, and the current ones. */
interface ReadServices {
  readonly old: readonly ServiceElements[]
  readonly elements: readonly ServiceElements[]
}

/** Reads both sides in the same way: from schemas, or from supergraphs. */
function sides(base: Base, { old, elements }: ReadServices, supergraph: string) {
  if (base.services === undefined) return { before: [], after: [] }
  if (!base.isComposed || base.supergraph === undefined) return { before: old, after: elements }
  return {
    before: [...base.services.map(readService), supergraphElements(base.supergraph)],
    after: [...servicesIn(supergraph).map(readService), supergraphElements(supergraph)].map(withoutPlaces),
  }
}

/** Prefers the service that had it; a removed element was in a file that may still exist. */
function placeIn(
  coordinate: string,
  old: readonly ServiceElements[],
  now: readonly ServiceElements[],
): Place | undefined {
  const holders = old.filter(({ elements }) => elements.has(coordinate)).map(({ service }) => service)
  const held = now.filter(({ service }) => holders.includes(service))
  const [file] = held.map((one) => one.file)
  const place = findPlace(held, coordinate) ?? findPlace(now, coordinate)
  return place ?? (file === undefined ? undefined : { file, line: 1, column: 1 })
}

function readIfPossible(service: ServiceSchema): readonly ServiceElements[] {
  try {
    return [readService(service)]
  } catch {
    return []
  }
}
