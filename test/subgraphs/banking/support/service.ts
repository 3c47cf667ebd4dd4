/** The banking service as a process would run it, on a database of the tests. */
import { banking } from '../../../../subgraphs/banking/main.ts'
import type { Answer } from '../../../support/answer.ts'
import { createDatabase } from '../../../support/database.ts'
import { type StatefulService, startOn } from '../../../support/stateful-service.ts'

export type TestService = StatefulService

/** @param settings in addition to those that every test needs */
export const startBanking = (
  databaseUrl: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<TestService> => startOn(databaseUrl, banking, settings)

/** On a seeded database of its own, which is dropped when the service stops. */
export async function startSeededBanking(settings: Readonly<Record<string, string>> = {}): Promise<TestService> {
  const { url, drop } = await createDatabase('seeded')
  const service = await startBanking(url, settings)
  return { ...service, stop: () => service.stop().then(drop) }
}

/** The codes of an answer's errors. */
export const codesOf = ({ errors }: Answer): unknown[] => (errors ?? []).map(({ extensions }) => extensions['code'])
