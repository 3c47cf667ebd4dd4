/**
 * Reads pages behind cursors, from standbys mostly, while the cluster fails over: none may miss an
 * entry.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { openClient } from '../../subgraphs/banking/database/connect.ts'
import type { Bank } from '../subgraphs/banking/history/cluster.ts'
import { sequenceOf } from '../subgraphs/banking/history/subscribers.ts'
import { signedCall } from '../support/signed-call.ts'

/** The answered ids of entries, newest first. */
interface SeenPage {
  readonly account: string
  /** The sequence below which it begins. */
  readonly before: bigint
  readonly ids: readonly string[]
}

const SIZE = 5 // entries
const PAUSE = 100 // milliseconds

export async function readPages(bank: Bank, accounts: readonly string[], isOver: () => boolean): Promise<SeenPage[]> {
  const seen: SeenPage[] = []
  for (let turn = 0; !isOver(); turn += 1) {
    await sleep(PAUSE)
    const account = accounts[turn % accounts.length] ?? ''
    const url = bank.url(turn % bank.instances) ?? ''
    const newest = await readPage(bank, url, account, null).catch(() => undefined)
    if (!newest?.cursor) continue
    const older = await readPage(bank, url, account, newest.cursor).catch(() => undefined)
    if (older) seen.push({ account, before: sequenceOf(newest.cursor), ids: older.ids })
  }
  return seen
}

/** Describes pages that differ from the final ledger: a page of the past never changes. */
export async function findWrongPages(databaseUrl: string, pages: readonly SeenPage[]): Promise<string[]> {
  const client = await openClient(databaseUrl)
  try {
    const wrong: string[] = []
    for (const { account, before, ids } of pages) {
      const { rows } = await client.query<{ id: string }>(
        `SELECT account_id || '-' || sequence AS id FROM entries WHERE account_id = $1 AND sequence < $2
         ORDER BY sequence DESC LIMIT ${SIZE}`,
        [account, before.toString()],
      )
      const expected = rows.map(({ id }) => id).join(' ')
      if (ids.join(' ') !== expected) wrong.push(`the page before ${before} was "${ids.join(' ')}", not "${expected}"`)
    }
    return wrong
  } finally {
    await client.end()
  }
}

/** How many reads standbys have served, of all instances. */
export async function readsFromStandbys({ url, instances }: Bank): Promise<number> {
  const texts = await Promise.all(
    Array.from({ length: instances }, async (_, instance) => (await fetch(`${url(instance)}/metrics`)).text()),
  )
  const counts = texts.map((text) =>
    Number(/^tributary_past_reads_total\{server="standby"\} (\d+)$/m.exec(text)?.[1] ?? 0),
  )
  return counts.reduce((sum, count) => sum + count, 0)
}

async function readPage(
  { authorization }: Bank,
  url: string,
  account: string,
  after: string | null,
): Promise<{ readonly ids: readonly string[]; readonly cursor: string | null } | undefined> {
  const query = `query ($account: ID!, $after: String) { account(id: $account) {
    entries(first: ${SIZE}, after: $after) { edges { node { id } } pageInfo { endCursor } } } }`
  const answer = await signedCall(url, { query, variables: { account, after }, authorization })
  const entries = answer.data?.account?.entries
  return (
    entries && {
      ids: entries.edges.map(({ node }: { node: { id: string } }) => node.id),
      cursor: entries.pageInfo.endCursor,
    }
  )
}
