/**
 * A cluster as an operator would run one: three PostgreSQL 15 under Patroni, with etcd, from
 * Debian's packages, on loopback. Writes are acknowledged once a synchronous standby has them.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, open, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { freePorts } from '../../platform/process/ports.ts'
import { type Account, serverAccount } from '../../prisma/embedded/account.ts'
import { makeDataFolder } from '../support/data-folder.ts'
import { isAlive } from '../support/processes.ts'
import { until } from '../support/until.ts'

export interface PatroniCluster {
  /** URL of all its hosts. */
  readonly url: string
  /** One for each host. */
  readonly urls: readonly string[]
  /** Resolves once one leads, one follows synchronously, and all others follow, too. */
  whole(): Promise<void>
  /** The number of the member that leads, as etcd says. */
  leader(): Promise<number>
  /** Kills its Patroni and, unless it is to be spared, its postmaster, with SIGKILL. */
  kill(member: number, spared?: 'postmaster'): Promise<void>
  /** Starts its Patroni again, which starts or corrects its PostgreSQL. */
  start(member: number): Promise<void>
  /** Commanded, as for an upgrade. */
  switchOver(): Promise<void>
  stop(): Promise<void>
}

const MEMBERS = 3
const PROGRAMS = '/usr/lib/postgresql/15/bin'
const ROLE = 'postgres'
/**
 * A member that leads is given up so many seconds after it was last heard: the least Patroni
 * documents.
 */
const TTL = 20
const run = promisify(execFile)

const listed = z.array(z.object({ Member: z.string(), Role: z.string(), State: z.string() }))

export async function startPatroni(database: string): Promise<PatroniCluster> {
  const folder = await makeDataFolder()
  const account = await serverAccount()
  const [etcdPort = 0, peerPort = 0, ...ports] = await freePorts(2 + 2 * MEMBERS)
  const etcd = `http://127.0.0.1:${etcdPort}`
  const members = Array.from({ length: MEMBERS }, (_, index) => ({
    configuration: join(folder.path, `member-${index}.yml`),
    data: join(folder.path, `member-${index}`),
    log: join(folder.path, `member-${index}.log`),
    port: ports[index] ?? 0,
    apiPort: ports[MEMBERS + index] ?? 0,
  }))
  const start = starter(folder.path, account)
  for (const [index, member] of members.entries())
    await writeFile(
      member.configuration,
      JSON.stringify(configurationOf({ index, folder: folder.path, etcd, ...member })),
    )

  const patroni: ChildProcess[] = []
  const startMember = async (index: number): Promise<void> => {
    const { configuration = '', log = '' } = members[index] ?? {}
    patroni[index] = await start(log, 'patroni', [configuration])
  }
  const postmasterOf = async (index: number): Promise<number> =>
    Number.parseInt(await readFile(join(members[index]?.data ?? '', 'postmaster.pid'), 'utf8').catch(() => '0'), 10)
  const control = async (...args: string[]): Promise<string> =>
    (await run('patronictl', ['-c', members[0]?.configuration ?? '', ...args])).stdout
  const list = async () => listed.parse(JSON.parse(await control('list', '--format', 'json')))
  const leader = (): Promise<number> =>
    until(async () => {
      const found = (await list()).find(({ Role }) => Role === 'Leader')
      return found && Number(found.Member.replace('member-', ''))
    })
  const whole = async (): Promise<void> => {
    await until(async () => {
      const all = await list().catch(() => [])
      const running = all.filter(({ State }) => State === 'running' || State === 'streaming')
      return running.length === MEMBERS && running.some(({ Role }) => Role === 'Sync Standby')
    })
  }

  const store = await start(join(folder.path, 'etcd.log'), 'etcd', [
    ...['--data-dir', join(folder.path, 'etcd')],
    ...['--listen-client-urls', etcd, '--advertise-client-urls', etcd],
    ...['--listen-peer-urls', `http://127.0.0.1:${peerPort}`],
    ...['--initial-advertise-peer-urls', `http://127.0.0.1:${peerPort}`],
    ...['--initial-cluster', `default=http://127.0.0.1:${peerPort}`],
  ])
  for (const index of members.keys()) await startMember(index)
  await whole()
  const urlOf = (name: string, hosts: readonly number[]): string =>
    `postgresql://${ROLE}@${hosts.map((port) => `127.0.0.1:${port}`).join(',')}/${name}?target_session_attrs=read-write`
  const all = members.map(({ port }) => port)

  return {
    url: urlOf(database, all),
    urls: all.map((port) => urlOf(database, [port])),
    whole,
    leader,
    async kill(index, spared) {
      const postmaster = await postmasterOf(index)
      await end(patroni[index], 'SIGKILL')
      if (spared !== 'postmaster') await killPostmaster(postmaster)
    },
    start: startMember,
    async switchOver() {
      await control('switchover', '--force')
    },
    async stop() {
      const postmasters = await Promise.all(members.map((_, index) => postmasterOf(index)))
      await Promise.all(patroni.map((each) => end(each, 'SIGTERM')))
      await end(store, 'SIGTERM')
      for (const pid of postmasters) if (pid > 0 && (await isAlive(pid))) await killPostmaster(pid)
      await folder.remove()
    },
  }
}

interface MemberOptions {
  readonly index: number
  readonly folder: string
  readonly etcd: string
  readonly data: string
  readonly port: number
  readonly apiPort: number
}

/** YAML, of which JSON is a part. */
function configurationOf({ index, folder, etcd, data, port, apiPort }: MemberOptions): object {
  const address = `127.0.0.1:${port}`
  const api = `127.0.0.1:${apiPort}`
  return {
    scope: 'bank',
    name: `member-${index}`,
    restapi: { listen: api, connect_address: api },
    etcd3: { hosts: etcd.replace('http://', '') },
    bootstrap: {
      dcs: {
        ttl: TTL,
        loop_wait: 2,
        retry_timeout: 3,
        synchronous_mode: true,
        synchronous_mode_strict: true,
        postgresql: {
          use_pg_rewind: true,
          parameters: {
            max_connections: 120,
            shared_buffers: '64MB',
            synchronous_commit: 'on',
            wal_keep_size: '256MB',
            // A standby looks for the new primary so often.
            wal_retrieve_retry_interval: '500ms',
          },
        },
      },
      initdb: [{ encoding: 'UTF8' }, { locale: 'C.UTF-8' }, 'data-checksums'],
    },
    postgresql: {
      listen: address,
      connect_address: address,
      data_dir: data,
      bin_dir: PROGRAMS,
      pgpass: join(folder, `pgpass-${index}`),
      pg_hba: [`host all all 127.0.0.1/32 trust`, `host replication all 127.0.0.1/32 trust`],
      authentication: {
        superuser: { username: ROLE, password: 'secret' },
        replication: { username: 'replicator', password: 'secret' },
      },
      parameters: { unix_socket_directories: '', timezone: 'UTC' },
    },
  }
}

/** Starts programs as the user that PostgreSQL runs as, with files of their own in the folder. */
function starter(folder: string, account: Account | undefined) {
  return async (log: string, program: string, args: readonly string[]): Promise<ChildProcess> => {
    if (account) await chown(folder, account.uid, account.gid)
    const output = await open(log, 'a')
    const child = spawn(program, args, { ...account, cwd: folder, stdio: ['ignore', output.fd, output.fd] })
    await once(child, 'spawn')
    await output.close()
    return child
  }
}

async function end(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill(signal)
  await ended
}

/** A postmaster; its sessions end by themselves. */
async function killPostmaster(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL')
  await until(async () => !(await isAlive(pid)))
}
