import { expect, test } from '@jest/globals'
import { endIntent } from '../../../client/app/page/graph/intents.ts'
import { createConnection } from '../../../client/index.ts'

test('A settled request ends its own intent, and no other of its name', async () => {
  const connection = createConnection({ url: 'http://gateway/graphql', store: new Map() })
  const settle = (intent: string): Promise<void> =>
    endIntent(connection, { intent, operationName: 'Pay', variables: { input: { amount: '1250' } } })
  const ofThisTab = await connection.intent('Pay').id
  await settle('of another tab')
  expect(await connection.intent('Pay').id).toBe(ofThisTab)
  await settle(ofThisTab)
  expect(await connection.intent('Pay').id).not.toBe(ofThisTab)
})
