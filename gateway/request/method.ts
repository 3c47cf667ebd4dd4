/** Operations come by GET or POST, and nothing else. */
import { HttpError } from '../process/http.ts'
import type { Policy } from './exchange.ts'

export const allowMethods: Policy = ({ request, headers }) => {
  if (request.method === 'POST' || request.method === 'GET') return
  headers.set('allow', 'GET, POST')
  throw new HttpError(405, 'BAD_USER_INPUT', 'Operations are sent with GET or POST.')
}
