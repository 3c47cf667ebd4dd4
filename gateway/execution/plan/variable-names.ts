/**
 * Keeps the client's variables apart from those that the gateway adds to a request:
 * `representations`, with a number where one request has several, and contextual arguments.
 */

const PLANNERS = /^(?:representations\d*|contextualArgument_\w*)$/
const RENAMED = /^(?:representations\d*|contextualArgument_\w*)_$/

/** A client's variable under the name it has in requests to services. No two share one. */
export const serviceVariable = (name: string): string => (PLANNERS.test(name) || RENAMED.test(name) ? `${name}_` : name)

/** The client's name of a variable in a request; `undefined` for one of the planner's. */
export function clientVariable(name: string): string | undefined {
  if (RENAMED.test(name)) return name.slice(0, -1)
  return PLANNERS.test(name) ? undefined : name
}
