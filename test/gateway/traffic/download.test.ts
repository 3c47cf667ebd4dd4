import { PassThrough, Readable } from 'node:stream'
import { expect, test } from '@jest/globals'
import { stateless } from '../../../gateway/traffic/call/kind.ts'
import { download } from '../../../gateway/traffic/download.ts'

test.each([
  [200, {}, 'well'],
  [404, {}, 'well'],
  [503, { 'retry-after': '1' }, 'well'],
  [502, {}, 'fault'],
])('A file with status %d says of its instance what a call would: %j, %s', async (statusCode, headers, expected) => {
  const heard: string[] = []
  const instance = {
    files: { request: async () => ({ statusCode, headers, body: Readable.from([]) }) },
    failureDetector: {
      succeeded: () => heard.push('well'),
      failed: ({ kind }: { kind: string }) => heard.push(kind),
    },
  }
  const fleet = { instances: [instance], pick: () => instance }
  const response = Object.assign(new PassThrough(), { getHeader: () => undefined, writeHead: () => undefined })
  const wanted = { method: 'GET', path: '/a', headers: {}, requestId: 'r' }
  await download(stateless('files'), fleet as never, undefined, wanted as never, response as never)
  expect(heard).toEqual([expected])
})
