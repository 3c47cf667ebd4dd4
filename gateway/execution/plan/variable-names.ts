/**
 * Keeps the client's variables apart from those that the gateway adds to a request:
 * `representations`, numbered if a request has several, and contextual arguments.
 */

const PLANNERS = /^(?:representations\d*|contextualArgument_\w*)$/
const RENAMED = /^(?:representations\d*|contextualArgument_\w*)_$/

/** The name of a client's variable in requests to services. It is unique. */
export const serviceVariable = (name: string): string => (PLANNERS.test(name) || RENAMED.test(name) ? `${name}_` : name)

/** The client's name of a variable in a request; `undefined` for a variable of the planner. */
export function clientVariable(name: string): string | undefined {
  if (RENAMED.test(name)) return name.slice(0, -1)
  return PLANNERS.test(name) ? undefined : name
}
