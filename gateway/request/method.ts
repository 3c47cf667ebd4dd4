/** Operations come by GET, by HEAD as by GET without the answer's body, or by POST. */
import { HttpError } from '../../platform/http/message/http-error.ts'
import type { Policy } from './exchange.ts'

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST'])

/** As `Allow` names them. */
export const ALLOWED = [...METHODS].join(', ')

export const allowMethods: Policy = ({ request }) => {
  if (METHODS.has(request.method)) return
  throw new HttpError(405, 'BAD_USER_INPUT', 'Operations are sent with GET or POST.', { allow: ALLOWED })
}
