import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { parse } from 'graphql'
import type { CompiledOperation } from '../../../gateway/execution/compiled-operation.ts'
import type { ParsedAnswer } from '../../../gateway/traffic/call/send.ts'
import { callContext } from '../../support/call-context.ts'
import { answerOf, type Federation, federate } from './support/federation.ts'
import { club, desk } from './support/members.ts'

let federation: Federation
beforeAll(async () => {
  federation = await federate({ club, desk })
})
afterAll(() => federation.close())

async function compiled(
  query: string,
): Promise<{ operation: CompiledOperation; tell(event: ParsedAnswer): Promise<unknown> }> {
  const { engine } = federation
  const prepared = engine.prepare(query, parse(query))
  const bound = prepared.bind({})
  const operation = await prepared.compiled(bound.conditions)
  return {
    operation,
    async tell(event) {
      const { body, errors } = await operation.execute(bound, callContext, federation.send, answerOf(event))
      return {
        data: (JSON.parse(body.toString()) as { data: unknown }).data,
        errors: errors.map(({ path, extensions }) => [path, extensions['code']]),
      }
    },
  }
}

test('Each event of a subscription is joined with data of other services', async () => {
  const { operation, tell } = await compiled('subscription S { new: joined { who: id mayVote } }')
  expect([operation.events?.service, JSON.parse(operation.events?.body({}).bytes.toString() ?? '')]).toEqual([
    'club',
    { query: 'subscription S__club__0{joined{__typename id level}}', operationName: 'S__club__0', variables: {} },
  ])
  const event = { data: { joined: { __typename: 'Member', id: '1', level: 9 } } }
  expect(await tell(event)).toEqual({ data: { new: { who: '1', mayVote: true } }, errors: [] })
  expect(await tell({ data: { joined: null } })).toEqual({ data: { new: null }, errors: [] })
})

test('An event with an error keeps its position', async () => {
  const { tell } = await compiled('subscription { new: joined { email } }')
  const errors = [{ message: 'No.', path: ['joined'], extensions: { code: 'FORBIDDEN' } }]
  expect(await tell({ data: { joined: null }, errors })).toEqual({
    data: { new: null },
    errors: [[['new'], 'FORBIDDEN']],
  })
})
