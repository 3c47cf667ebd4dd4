/** Number and seed of a suite's random cases. The environment can ask for more, or for others. */

export const SEED = Number(process.env['SEED'] ?? 1)

/**
 * @param variable of the environment: it replaces the usual number of cases
 * @param each milliseconds of one case, at most, on a busy machine
 */
export function casesOf(variable: string, usual: number, each: number) {
  const count = Number(process.env[variable] ?? usual)
  return { count, timeout: 600_000 + count * each }
}
