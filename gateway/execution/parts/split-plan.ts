/**
 * Splits a plan into the fetches that the first part of an answer needs, and the rest, for which
 * the first part does not wait. The plan is that of the whole operation, so that no deferred field
 * is fetched twice.
 */
import type { SelectionNode } from 'graphql'
import type { PreparedPlan } from '../plan/prepare.ts'
import type { Fetch, Step } from '../plan/step.ts'
import { fetchesBefore } from '../trace/order.ts'
import { covers, givenBy, inputsOf } from './gives.ts'
import type { FieldKey, Needs } from './needs.ts'

/** A fetch that the first part does not wait for. */
interface LaterFetch {
  readonly fetch: Fetch
  /** Indexes of the fetches that it follows. */
  readonly after: readonly number[]
}

export interface SplitPlan {
  /** `undefined` if the first part needs no fetch. */
  readonly first: Step | undefined
  readonly later: readonly LaterFetch[]
  /** For each deferred fragment, the indexes of the fetches that give its fields. */
  readonly needed: ReadonlyMap<SelectionNode, readonly number[]>
}

export function splitPlan(
  { fetches, steps }: PreparedPlan,
  needs: Needs,
  interfaceObjects: ReadonlySet<string>,
): SplitPlan {
  const given = fetches.map((fetch) => givenBy(fetch, interfaceObjects))
  const givers = new Map<FieldKey, number[]>()
  for (const [index, fields] of given.entries()) {
    for (const key of fields.keys()) {
      const known = givers.get(key)
      if (known) known.push(index)
      else givers.set(key, [index])
    }
  }
  const before = everythingBefore(steps)
  const isBefore = (one: number, other: number): boolean => before.get(other)?.has(one) ?? false

  /** A field that an earlier fetch gives for the same objects needs no later fetch. */
  const giversOf = (key: FieldKey, among?: ReadonlySet<number>): readonly number[] => {
    const all = (givers.get(key) ?? []).filter((index) => !among || among.has(index))
    return all.filter((one) => !all.some((other) => isBefore(other, one) && covers(given[other], given[one], key)))
  }

  /** If no fetch seems to give a field, any fetch may be the giver. */
  const allGiversOf = (keys: ReadonlySet<FieldKey>, among?: ReadonlySet<number>): Set<number> => {
    const found = new Set<number>()
    for (const key of keys) {
      const known = giversOf(key, among)
      for (const each of known.length > 0 ? known : (among ?? fetches.keys())) found.add(each)
    }
    return found
  }

  const first = allGiversOf(needs.first)
  // A mutation runs at once, even if only deferred fields are read of it.
  for (const { index, node } of fetches) if (node.operationKind === 'mutation') first.add(index)
  // The set grows during the loop.
  for (const index of first) {
    const fetch = fetches[index] as Fetch
    const earlier = before.get(index) ?? new Set<number>()
    const needed = fetch.node.contextRewrites ? earlier : allGiversOf(inputsOf(fetch), earlier)
    for (const each of needed) first.add(each)
  }

  const directly = fetchesBefore(steps)
  return {
    first: steps && only(steps, first),
    later: fetches.flatMap((fetch) => {
      if (first.has(fetch.index)) return []
      // In a request that carries several fetches some would wait for others.
      const { question: _question, ...alone } = fetch
      return [{ fetch: alone, after: directly(fetch.index) }]
    }),
    needed: new Map(Array.from(needs.parts, ([node, keys]) => [node, [...allGiversOf(keys)]])),
  }
}

/** For each fetch, all fetches that it follows. */
function everythingBefore(steps: Step | undefined): ReadonlyMap<number, ReadonlySet<number>> {
  const before = new Map<number, ReadonlySet<number>>()
  /** Returns the fetches of the step. */
  const visit = (step: Step, earlier: readonly number[]): readonly number[] => {
    if (step.kind === 'fetch') {
      before.set(step.index, new Set(earlier))
      return [step.index]
    }
    const own: number[] = []
    for (const each of step.steps) own.push(...visit(each, step.kind === 'sequence' ? [...earlier, ...own] : earlier))
    return own
  }
  if (steps) visit(steps, [])
  return before
}

function only(step: Step, wanted: ReadonlySet<number>): Step | undefined {
  if (step.kind === 'fetch') return wanted.has(step.index) ? step : undefined
  const steps = step.steps.flatMap((each) => only(each, wanted) ?? [])
  return steps.length === 0 ? undefined : { kind: step.kind, steps }
}
