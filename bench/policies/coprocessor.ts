/**
 * A coprocessor that answers at once, called at one stage, at four and at all, compared with none.
 */
import { json } from 'node:stream/consumers'
import { listen } from '../../platform/http/server/listen.ts'
import type { Point } from './point.ts'

const stages = (url: string, told: string): string => `{ coprocessor: { url: '${url}', stages: { ${told} } } }`

export const point: Point = {
  workload: 'one field, unique',
  async beside() {
    const listener = await listen(async (request, response) => void response.end(JSON.stringify(await json(request))), {
      host: '127.0.0.1',
      port: 0,
    })
    return { url: listener.url, stop: () => listener.drain(0).then(() => undefined) }
  },
  off: { config: '{}' },
  on: (url) => ({
    'one stage': { config: stages(url, `RouterRequest: ['headers']`) },
    'four stages': {
      config: stages(
        url,
        `RouterRequest: ['headers'], SupergraphRequest: ['body'], SubgraphRequest: ['body'], SupergraphResponse: ['context']`,
      ),
    },
    'every stage': {
      config: stages(
        url,
        `RouterRequest: ['headers'], SupergraphRequest: ['body'], ExecutionRequest: ['body'], SubgraphRequest: ['body'],
         SubgraphResponse: ['body'], ExecutionResponse: ['body'], SupergraphResponse: ['body'], RouterResponse: ['headers', 'body']`,
      ),
    },
  }),
}
