/**
 * The only way to a database: `pg` clients that connect to its primary, wherever that is now, and
 * are given up once they are not on it. Knows no pool and no statement.
 */
import { Client, type ClientConfig } from 'pg'
import { cannotConnectNow, createPrimary, type Host, type Primary } from './primary.ts'
import { connectionOf, socketOf, startupOf } from './socket.ts'

interface Database {
  readonly primary: Primary
  /** Connected, or about to be. */
  readonly clients: Set<PrimaryClient>
}

/** All pools and clients of a process share what they know of a database. */
const databases = new Map<string, Database>()

function databaseOf(url: string): Database {
  const database = databases.get(url) ?? { primary: createPrimary(url), clients: new Set() }
  databases.set(url, database)
  return database
}

/**
 * The class for `pg`'s `Pool`, in place of its own, beside the pool's `connectionString`, which may
 * name several hosts.
 */
export const clientFor = (url: string): (new (config?: ClientConfig) => PrimaryClient) =>
  class extends PrimaryClient {
    constructor(config: ClientConfig = {}) {
      super(url, config)
    }
  }

/**
 * A connected client for commands and listeners. Its loss is silent: the query in flight rejects.
 */
export async function openClient(url: string, config: ClientConfig = {}): Promise<PrimaryClient> {
  const client = new PrimaryClient(url, config)
  await client.connect()
  return client
}

/**
 * Looks for a primary that has replaced the known one unnoticed, and cuts the connections that are
 * still open to the old one. Resolves to the new one.
 */
export async function confirmPrimary(url: string): Promise<Host | undefined> {
  const { primary, clients } = databaseOf(url)
  const moved = await primary.confirm()
  if (moved) for (const client of clients) if (client.at !== moved) client.cut()
  return moved
}

/**
 * Whatever the server's own are: Prisma's adapter drops the offset of an instant that it reads, and
 * the ledger compares dates as text.
 */
const SESSION = '-c TimeZone=UTC -c DateStyle=ISO'

/** SQLSTATE of a write on a standby */
const READ_ONLY = '25006'
/** SQLSTATEs of a server that is not the primary, or that ends or starts */
const LEAVING = /^(25006|57P0[123])$/

type Connected = ((error: Error) => void) | ((error: null, client: Client) => void)

export class PrimaryClient extends Client {
  readonly #database: Database
  #at: Host | undefined
  #isStandby = false
  #isReadOnly = false

  constructor(url: string, { options = '', ...config }: ClientConfig) {
    const database = databaseOf(url)
    super({ ...config, connectionString: database.primary.hosts[0]?.url ?? url })
    // Those of the URL would replace ours; of two settings of one name the last counts.
    const startup = startupOf(this)
    startup.options = [startup.options ?? '', SESSION, options].join(' ').trim()
    this.#database = database
    // Lost. A pool removes it; without a listener it would end the process.
    this.on('error', () => this.#doubt())
    this.on('end', () => database.clients.delete(this))
    const connection = connectionOf(this)
    connection.on('errorMessage', ({ code = '' }: { readonly code?: string }) => {
      if (LEAVING.test(code)) this.#doubt()
      this.#isReadOnly ||= code === READ_ONLY
    })
    connection.on('parameterStatus', ({ parameterName, parameterValue }: Record<string, string>) => {
      if (parameterName === 'in_hot_standby') this.#isStandby = parameterValue === 'on'
    })
  }

  /** The host of the connection, or of the attempt in progress. */
  get at(): Host | undefined {
    return this.#at
  }

  /** A write was refused, as on a standby: no further use for it. */
  get isReadOnly(): boolean {
    return this.#isReadOnly
  }

  /**
   * Its server is no longer the primary, or no longer reached. What it was doing may have happened
   * or not.
   */
  cut(): void {
    socketOf(this).destroy(lost('the connection was given up'))
  }

  override connect(): Promise<Client>
  override connect(callback: Connected): void
  override connect(callback?: Connected): Promise<Client> | undefined {
    const connecting = this.#connect()
    if (!callback) return connecting
    const tell = callback as (error: Error | null, client?: Client) => void
    connecting.then((client) => tell(null, client), tell)
    return undefined
  }

  async #connect(): Promise<Client> {
    const { primary, clients } = this.#database
    this.#at = await primary.find()
    if (socketOf(this).destroyed) throw lost('nobody waits for this connection any more')
    const isOneOfSeveral = primary.hosts.length > 1
    if (isOneOfSeveral) Object.assign(this, addressOf(this.#at))
    clients.add(this)
    try {
      await super.connect()
    } catch (error) {
      this.#doubt()
      throw error
    }
    if (!isOneOfSeveral || !this.#isStandby) return this
    this.#doubt()
    await this.end()
    throw cannotConnectNow(`${this.#at.name} is a standby`)
  }

  #doubt(): void {
    this.#database.clients.delete(this)
    if (this.#at) this.#database.primary.doubt(this.#at)
  }
}

/** Host and port as `pg` reads them from the URL. */
function addressOf({ url }: Host): { readonly host: string; readonly port: number } {
  const { host, port } = new Client({ connectionString: url })
  return { host, port }
}

const lost = (message: string): Error => Object.assign(new Error(message), { code: 'ECONNRESET' })
