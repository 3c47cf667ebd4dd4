/** Instances of banking on a cluster. */
import { migrate } from '../../prisma/migrate.ts'
import { openClient } from '../../subgraphs/banking/database/connect.ts'
import { type StoppableBank, startBankOn } from '../subgraphs/banking/history/bank.ts'
import type { PatroniCluster } from './patroni.ts'

/** @param instances how many @param settings beside those that they need */
export async function startBank(
  { url }: PatroniCluster,
  instances: number,
  settings: Readonly<Record<string, string>> = {},
): Promise<StoppableBank> {
  const target = new URL(url.replace(/,[^/]*/, '')).pathname.slice(1)
  const client = await openClient(url.replace(`/${target}?`, '/postgres?'))
  await client.query(`CREATE DATABASE "${target}"`).finally(() => client.end())
  await migrate(url)
  return startBankOn(url, instances, settings)
}
