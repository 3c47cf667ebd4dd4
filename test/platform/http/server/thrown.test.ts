import { expect, test } from '@jest/globals'
import { listen } from '../../../../platform/http/server/listen.ts'
import { readAnswer } from '../../../support/answer.ts'
import { verdict } from '../../../support/gateway.ts'

test('A synchronous error of a handler is answered with 500, and the next request is served', async () => {
  let requests = 0
  const listener = await listen(
    (_request, response) => {
      requests += 1
      if (requests === 1) throw new Error('thrown before anything is awaited')
      response.end('{}')
    },
    { host: '127.0.0.1', port: 0 },
  )
  expect(verdict(await readAnswer(await fetch(listener.url)))).toBe('500 INTERNAL')
  expect((await fetch(listener.url)).status).toBe(200)
  await listener.drain(100)
})
