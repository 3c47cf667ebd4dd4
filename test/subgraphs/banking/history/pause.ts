/**
 * Suspends an instance while it holds the head of the ledger, as happens on a machine that swaps or
 * migrates.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { type Cluster, INSTANCE_NAME } from './cluster.ts'

const TIMEOUT_MS = 60_000 // milliseconds

/**
 * Resumes it once `pause` resolves. @param isMeant which instance may be suspended @throws Error if
 * no instance is found at the head
 */
export async function pauseAtHead(
  cluster: Cluster,
  pause: () => Promise<unknown>,
  isMeant: (instance: number) => Promise<boolean> = async () => true,
): Promise<void> {
  const client = new Client({ connectionString: cluster.databaseUrl })
  client.on('error', () => {})
  await client.connect()
  try {
    const instance = await stopAtHead(cluster, client, isMeant)
    try {
      await pause()
    } finally {
      cluster.signalInstance(instance, 'SIGCONT')
    }
  } finally {
    await client.end()
  }
}

async function stopAtHead(
  cluster: Cluster,
  client: Client,
  isMeant: (instance: number) => Promise<boolean>,
): Promise<number> {
  for (const deadline = performance.now() + TIMEOUT_MS; performance.now() < deadline; await sleep(5)) {
    const instance = await holderOf(client)
    if (instance === undefined) continue
    cluster.signalInstance(instance, 'SIGSTOP')
    // Its last messages are still on their way: only an instance that holds the head after them is
    // caught.
    await sleep(100)
    if ((await holderOf(client)) === instance && (await isMeant(instance))) return instance
    cluster.signalInstance(instance, 'SIGCONT')
  }
  throw new Error('No instance was found at the head of the ledger.')
}

/** The instance whose transaction has the head locked and waits for the client. */
async function holderOf(client: Client): Promise<number | undefined> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT application_name AS name FROM pg_stat_activity JOIN pg_locks USING (pid)
     WHERE datname = current_database() AND application_name LIKE $1 AND state = 'idle in transaction'
       AND relation = 'ledger'::regclass AND mode = 'RowShareLock' AND granted`,
    [`${INSTANCE_NAME}%`],
  )
  return rows[0] && Number(rows[0].name.slice(INSTANCE_NAME.length))
}
