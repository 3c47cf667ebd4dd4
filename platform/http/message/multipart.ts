/**
 * JSON as the parts of one `multipart/mixed` body. Readers take a part only once its boundary has
 * come, so each part is sent with the boundary behind it.
 */
export const BOUNDARY = '\r\n--graphql'

export const partOf = (json: string): string => `\r\ncontent-type: application/json\r\n\r\n${json}${BOUNDARY}`

/** Behind the boundary of the last part. */
export const END = '--\r\n'

/** @param parameter names what the parts are. Without quotes: Apollo iOS compares it as a text. */
export const multipartType = (parameter: string): string => `multipart/mixed;boundary="graphql";${parameter}`
