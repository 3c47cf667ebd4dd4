import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner'
import { describe, expect, test } from '@jest/globals'
import { preparePlan } from '../../../../gateway/execution/plan/prepare.ts'
import { PlanShapeError } from '../../../../gateway/execution/plan/shape-error.ts'
import type { Step } from '../../../../gateway/execution/plan/step.ts'

const fetchNode = (extra: Partial<FetchNode> = {}): FetchNode =>
  ({
    kind: 'Fetch',
    serviceName: 'club',
    operation: '{me{id}}',
    operationKind: 'query',
    operationName: undefined,
    ...extra,
  }) as FetchNode

const entityFetch = (extra: Partial<FetchNode>): FetchNode =>
  fetchNode({
    operation: 'query($representations:[_Any!]!){_entities(representations:$representations){...on Member{x}}}',
    requires: [{ kind: 'InlineFragment', typeCondition: 'Member', selections: [{ kind: 'Field', name: 'id' }] }],
    ...extra,
  })

test.each<[string, PlanNode]>([
  ['a deferred part', { kind: 'Defer', primary: {}, deferred: [] }],
  ['a node of a newer planner', { kind: 'Batch' } as never],
  ['a condition', { kind: 'Condition', condition: 'a', ifClause: fetchNode() }],
  ['a subscription inside', fetchNode({ operationKind: 'subscription' as never })],
  ['named fragments', fetchNode({ operation: '{me{...F}} fragment F on Member{id}' })],
  ['a path that speaks of types', { kind: 'Flatten', path: ['me', '|[Member]'], node: fetchNode() }],
  [
    'an input rewrite of a value',
    entityFetch({ inputRewrites: [{ kind: 'ValueSetter', path: ['... on Member', 'id'], setValueTo: 1 }] }),
  ],
  [
    'an input rewrite of a name',
    entityFetch({ inputRewrites: [{ kind: 'KeyRenamer', path: ['id'], renameKeyTo: 'x' }] }),
  ],
  [
    'an output rewrite of a value',
    fetchNode({ outputRewrites: [{ kind: 'ValueSetter', path: ['me'], setValueTo: 1 }] }),
  ],
  ['a context of nothing', entityFetch({ contextRewrites: [{ kind: 'KeyRenamer', path: ['..'], renameKeyTo: 'c' }] })],
  [
    'an object required with different arguments',
    entityFetch({
      requires: [
        {
          kind: 'Field',
          name: 'sizes',
          selections: [
            { kind: 'Field', name: 'size', alias: 'size_1' },
            { kind: 'Field', name: 'size', alias: 'size_2' },
          ],
        },
      ],
    }),
  ],
])('A plan is refused for %s', (_what, node) => {
  for (const plan of [
    node,
    { kind: 'Sequence', nodes: [node] } as PlanNode,
    { kind: 'Parallel', nodes: [fetchNode(), node] } as PlanNode,
  ]) {
    expect(() => preparePlan({ kind: 'QueryPlan', node: plan } as QueryPlan)).toThrow(PlanShapeError)
  }
})

describe('prepared plan', () => {
  const prepared = (node: NonNullable<QueryPlan['node']>) => preparePlan({ kind: 'QueryPlan', node })
  const at = (path: string, node: FetchNode): PlanNode => ({ kind: 'Flatten', path: path.split('.'), node })
  const of = (service: string): FetchNode => entityFetch({ serviceName: service })
  /** Numbers of the fetches with their paths; lists in braces run side by side. */
  const text = (step: Step | undefined): string => {
    if (!step) return '-'
    if (step.kind === 'fetch') return `${step.index}:${step.paths.map((path) => path.join('.')).join('+')}`
    const [open, close] = step.kind === 'sequence' ? '[]' : '{}'
    return `${open}${step.steps.map(text).join(' ')}${close}`
  }

  test('Fetches are numbered in their order, and found by their numbers', () => {
    const { fetches, steps, events } = prepared({
      kind: 'Sequence',
      nodes: [fetchNode(), { kind: 'Parallel', nodes: [at('a.@.b', of('x')), at('c', of('y'))] }, at('a', of('z'))],
    })
    expect(text(steps)).toBe('[0: {1:a.b 2:c} 3:a]')
    expect(fetches.map(({ index, node }) => `${index}${node.serviceName}`)).toEqual(['0club', '1x', '2y', '3z'])
    expect(events).toBeUndefined()
  })

  test('Equal fetches of one step become one for all their places, wherever they stand', () => {
    const { steps } = prepared({
      kind: 'Parallel',
      nodes: [
        { kind: 'Sequence', nodes: [fetchNode(), at('a', of('x')), at('a.b', of('z'))] },
        { kind: 'Sequence', nodes: [fetchNode({ operation: '{you{id}}' }), at('c.@', of('x'))] },
        at('d', of('y')),
      ],
    })
    expect(text(steps)).toBe('[{0: 1: 2:d} {3:a+c} {4:a.b}]')
  })

  test.each<[string, Partial<FetchNode>]>([
    ['a service', { serviceName: 'y' }],
    ['an input', { requires: [{ kind: 'Field', name: 'other' }] }],
    ['a rewrite', { outputRewrites: [{ kind: 'KeyRenamer', path: ['a'], renameKeyTo: 'b' }] }],
    ['a context', { contextRewrites: [{ kind: 'KeyRenamer', path: ['..', 'a'], renameKeyTo: 'b' }] }],
  ])('Fetches that differ in %s stay apart', (_what, extra) => {
    const inTurn = (first: FetchNode, path: string, then: FetchNode): PlanNode => ({
      kind: 'Sequence',
      nodes: [first, at(path, then)],
    })
    const other = fetchNode({ operation: '{you{id}}' })
    const plan = (more: Partial<FetchNode>): string =>
      text(
        prepared({
          kind: 'Parallel',
          nodes: [inTurn(fetchNode(), 'a', of('x')), inTurn(other, 'b', { ...of('x'), ...more })],
        }).steps,
      )
    expect(plan({})).toBe('[{0: 1:} {2:a+b}]')
    // A step that saves no call stays as it was: no branch waits for another.
    expect(plan(extra)).toBe('{[0: 1:a] [2: 3:b]}')
  })

  test('A fetch knows what it asks, in pieces, where others of its step ask its service for entities, too', () => {
    const operation = `query Q__x__1($representations:[_Any!]!$n:Int=3){_entities(representations:$representations){...on Member{x(n:$n)}}}`
    const asking = entityFetch({ serviceName: 'x', operation, operationName: 'Q__x__1' })
    const context = entityFetch({
      serviceName: 'x',
      contextRewrites: [{ kind: 'KeyRenamer', path: ['..', 'a'], renameKeyTo: 'b' }],
    })
    const directed = entityFetch({ serviceName: 'x', operation: operation.replace('){', ')@live{') })
    const later: PlanNode = { kind: 'Sequence', nodes: [directed, at('a', of('y')), at('a', of('z'))] }
    const nodes = [fetchNode({ serviceName: 'x' }), asking, context, of('z'), later]
    const { fetches } = prepared({ kind: 'Parallel', nodes })
    const question = { operationName: 'Q__x__1', definitions: ['$n:Int=3'], selection: '{...on Member{x(n:$n)}}' }
    expect(fetches.map((fetch) => fetch.question)).toEqual([undefined, question, ...Array(5).fill(undefined)])
  })

  test("A subscription's events come from a fetch that no step holds", () => {
    const primary = fetchNode({ operationKind: 'subscription' as never })
    const whole = prepared({ kind: 'Subscription', primary, rest: at('a', of('x')) })
    expect([whole.events?.index, whole.fetches.length, text(whole.steps)]).toEqual([0, 2, '1:a'])
    expect(prepared({ kind: 'Subscription', primary }).steps).toBeUndefined()
  })

  test('A plan of nothing has no steps', () => {
    expect(preparePlan({ kind: 'QueryPlan' })).toEqual({ fetches: [], events: undefined, steps: undefined })
  })
})
