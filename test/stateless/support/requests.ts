/**
 * Requests to the stateless services of the registry: realistic ones of every kind, some invalid,
 * the same list for the same seed. Each service has its own in `test/subgraphs/<name>/requests.ts`.
 */
import { existsSync } from 'node:fs'
import { services } from '../../../gateway/config/registry.ts'
import fc from '../../support/fast-check.ts'
import type { RequestsOfService, StatelessRequest } from './instances.ts'

const fileOf = (name: string): URL => new URL(`../../subgraphs/${name}/requests.ts`, import.meta.url)

/** Services that have such requests. */
export const asked: readonly string[] = services
  .filter(({ name, kind }) => kind === 'stateless' && existsSync(fileOf(name)))
  .map(({ name }) => name)

const requests = new Map(
  await Promise.all(
    asked.map(async (name) => {
      const { requests } = (await import(fileOf(name).href)) as { requests: RequestsOfService }
      return [name, requests] as const
    }),
  ),
)

export function requestsOf(service: string, count: number, seed: number): readonly StatelessRequest[] {
  const some = requests.get(service)
  return some ? fc.sample(some, { numRuns: count, seed }) : []
}
