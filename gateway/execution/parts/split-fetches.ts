/**
 * Splits fetches of entities that request deferred fields beside others, so that slow deferred
 * fields do not delay the others.
 */
import { type Selection, selectionOf } from '../calls/selection.ts'
import { withFields } from '../exact/smaller-operation.ts'
import type { PreparedPlan } from '../plan/prepare.ts'
import type { Fetch, Step } from '../plan/step.ts'
import type { TypeRelations } from '../plan/type-relations.ts'
import { inputsOf } from './gives.ts'
import { below, type FieldKey, type Needs, ROOT } from './needs.ts'
import type { SplitPlan } from './split-plan.ts'

/** @param later the fetches that the first part does not wait for in the given plan */
export function splitFetches(
  plan: PreparedPlan,
  needs: Needs,
  { later }: Pick<SplitPlan, 'later'>,
  types: TypeRelations,
): PreparedPlan {
  const fetches = [...plan.fetches]
  const isLater = new Set(later.map(({ fetch }) => fetch.index))
  const needed = plan.fetches.filter(({ index }) => !isLater.has(index))
  const wanted = withAbove([...needs.first, ...needed.flatMap((fetch) => [...inputsOf(fetch)])])

  const halvesOf = (fetch: Fetch): readonly [Fetch, Fetch] | undefined => {
    const { node, paths, question: _question, ...rest } = fetch
    if (!node.requires || node.contextRewrites || isLater.has(fetch.index)) return undefined
    const { fields } = selectionOf(node)
    // An input that one half does not use would cost that half the objects without the input.
    const requiresMore = fields.some(
      ({ on, field }) => types.inputsOf(node.serviceName, on.at(-1) ?? '', field).length > 0,
    )
    if (requiresMore) return undefined
    const isWanted = ({ name }: Selection['fields'][number]): boolean =>
      paths.some((path) => wanted.has(below(path.reduce(below, ROOT), name)))
    const first = new Set(fields.filter(isWanted).map(({ answered }) => answered))
    const half = (isFirst: boolean) =>
      withFields(
        node,
        ({ answered }) => answered === '__typename' || first.has(answered) === isFirst,
        () => true,
      )
    const [one, other] = [half(true), half(false)]
    if (!one || !other) return undefined
    return [
      { ...rest, paths, node: one },
      { ...rest, paths, node: other, index: fetches.length },
    ]
  }

  const split = (step: Step): Step => {
    if (step.kind !== 'fetch') return { kind: step.kind, steps: step.steps.map(split) }
    const halves = halvesOf(step)
    if (!halves) return step
    const [one, other] = halves
    fetches[one.index] = one
    fetches.push(other)
    return { kind: 'parallel', steps: [one, other] }
  }

  const steps = plan.steps && split(plan.steps)
  return { ...plan, fetches, steps }
}

/** The keys, with those of the fields above each. */
function withAbove(keys: readonly FieldKey[]): ReadonlySet<FieldKey> {
  const all = new Set<FieldKey>()
  for (const key of keys) {
    const own = key.endsWith('{') ? key.slice(0, -1) : key
    for (let at = own.length; at > 0; at = own.lastIndexOf('/', at - 1)) all.add(own.slice(0, at))
  }
  return all
}
