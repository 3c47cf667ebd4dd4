/**
 * Checks each variant: changes in its part of the schema besides those of the whole, whom they
 * affect, and whether it can be served. Pure.
 */
import { buildSchema, type GraphQLSchema, parse } from 'graphql'
import type { Composition } from '../../composition/compose.ts'
import { readDeclaredCosts } from '../../execution/plan/declared-costs.ts'
import { type VariantFilter, variantSchema } from '../../execution/plan/variant-schema.ts'
import type { Limits } from '../../limits/limits.ts'
import type { Change } from '../changes/change.ts'
import { publicChanges } from '../changes/public-changes.ts'
import type { WrittenOperation } from '../sources/operation-files.ts'
import { checkOperation, type Fault } from './check-operations.ts'
import { type Finding, judge } from './judge.ts'
import { type Use, useOf } from './use.ts'
import { faultsOf } from './validate.ts'

/** A configured variant. */
export interface CheckedVariant {
  readonly name: string
  readonly filter: VariantFilter
  /** Operations of its own safelist. */
  readonly operations: readonly WrittenOperation[]
}

interface VariantInput {
  readonly before: Composition | undefined
  readonly after: Composition
  /** Operations of all clients: one that was valid in a variant may be sent to it. */
  readonly operations: readonly WrittenOperation[]
  /** Use on the path of a variant concerns only that variant. */
  readonly recorded: readonly Use[]
  readonly limits: Limits
  /** Changes already reported for the whole schema. */
  readonly told: readonly Change[]
  /** Adds where each change is. */
  readonly place: (changes: readonly Change[]) => readonly Change[]
}

interface Checked {
  readonly findings: readonly Finding[]
  readonly faults: readonly Fault[]
}

export async function checkVariants(variants: readonly CheckedVariant[], input: VariantInput): Promise<Checked> {
  const all = await Promise.all(variants.map((variant) => checkVariant(variant, input)))
  return { findings: all.flatMap(({ findings }) => findings), faults: all.flatMap(({ faults }) => faults) }
}

async function checkVariant({ name, filter, operations: own }: CheckedVariant, input: VariantInput): Promise<Checked> {
  const { before, after, operations, recorded, limits, told, place } = input
  const now = schemaOf(after, filter)
  if (typeof now === 'string')
    return { findings: [], faults: [{ code: 'VARIANT', message: `The variant ${name} cannot be served. ${now}` }] }
  const inVariant = <Told extends { readonly message: string }>(one: Told): Told => ({
    ...one,
    message: `In the variant ${name}: ${one.message}`,
  })
  const rules = { schema: now, declared: readDeclaredCosts(parse(after.supergraph)), limits }
  const faults = own.flatMap((operation) => checkOperation(operation, rules)).map(inVariant)
  const old = before && schemaOf(before, filter)
  if (old === undefined || typeof old === 'string') return { findings: [], faults }
  const known = new Set(told.map(keyOf))
  const changes = (await publicChanges(old, now)).filter((change) => !known.has(keyOf(change)))
  const asked = [...operations, ...own].filter(({ document }) => faultsOf(old, document).length === 0)
  const uses = [
    ...asked.map((operation) => useOf(operation, old, now)),
    ...recorded.filter(({ variant }) => variant === name),
  ]
  return { findings: judge(place(changes).map(inVariant), uses), faults }
}

const keyOf = ({ code, coordinate }: Change): string => `${code} ${coordinate}`

/** The variant's schema, or why there is none. */
function schemaOf({ supergraph, schema }: Composition, filter: VariantFilter): GraphQLSchema | string {
  try {
    return buildSchema(variantSchema(parse(supergraph), schema, filter).sdl, { assumeValidSDL: true })
  } catch (error) {
    return (error as Error).message
  }
}
