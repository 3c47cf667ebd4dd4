/** The refusal of a path at which nothing is served. */
import { HttpError } from '../../platform/http/message/http-error.ts'

export const NOT_FOUND = new HttpError(404, 'BAD_USER_INPUT', 'Nothing is served at this path.')
