/** Runs Prisma's schema engine as WebAssembly, so that migrating needs no download. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PrismaPg } from '@prisma/adapter-pg'
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
  type SqlQuery,
  type SqlResultSet,
} from '@prisma/driver-adapter-utils'
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg'
import { Pool, type QueryConfig } from 'pg'
import { clientFor } from '../subgraphs/banking/database/connect.ts'
import { migrationNames } from './migration-names.ts'

const SCHEMA = new URL('schema.prisma', import.meta.url)
const WASM = new URL('schema_engine_bg.wasm', import.meta.resolve('@prisma/schema-engine-wasm'))

type SchemaEngine = bindings.SchemaEngine
type MigrationList = Parameters<SchemaEngine['applyMigrations']>[0]['migrationsList']

/** `schema.prisma` in the engine's format: path and text. */
export async function readSchema(): Promise<{ path: string; content: string }> {
  return { path: fileURLToPath(SCHEMA), content: await readFile(SCHEMA, 'utf8') }
}

/** Every migration in `folder`, oldest first, in the engine's format. */
export async function readMigrations(folder: string): Promise<MigrationList> {
  const names = await migrationNames(folder)
  return {
    baseDir: folder,
    lockfile: { path: 'migration_lock.toml', content: await readFile(join(folder, 'migration_lock.toml'), 'utf8') },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(
      names.map(async (name) => ({
        path: name,
        migrationFile: {
          path: 'migration.sql',
          content: { tag: 'ok' as const, value: await readFile(join(folder, name, 'migration.sql'), 'utf8') },
        },
      })),
    ),
  }
}

/** Runs a statement in the engine's own session. */
export type Query = (text: string) => Promise<unknown>

/**
 * Runs `use` with an engine connected to `url`, then closes the connection, which releases the
 * engine's lock.
 */
export async function withSchemaEngine<Result>(
  url: string,
  use: (engine: SchemaEngine, query: Query) => Promise<Result>,
): Promise<Result> {
  await loadWasm()
  const pool = new CataloguePool({ connectionString: url, Client: clientFor(url), max: 1, idleTimeoutMillis: 0 })
  // Without a listener a dying server would end this process; the query in flight rejects in any
  // case.
  pool.on('error', () => {})
  let refusal: unknown
  const onRefusal = (error: unknown): void => {
    refusal = error
  }
  try {
    const { path, content } = await readSchema()
    const factory = bindMigrationAwareSqlAdapterFactory(withWholeScripts(new PrismaPg(pool), pool, onRefusal))
    const engine = await bindings.SchemaEngine.new({ datamodels: [[path, content]] }, () => {}, factory)
    return await use(engine, (text) => pool.query(text))
  } catch (error) {
    // The engine reports that a script failed; only the database's error says why.
    throw refusal ?? error
  } finally {
    await pool.end()
  }
}

/** The one needed call of a global that Node's types lack. */
declare const WebAssembly: {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: { __wbindgen_start(): void } } }>
}

let loading: Promise<void> | undefined

/** Loads the file directly, because importing a `.wasm` file is experimental and warns. */
function loadWasm(): Promise<void> {
  loading ??= (async () => {
    const { instance } = await WebAssembly.instantiate(await readFile(WASM), { './schema_engine_bg.js': bindings })
    bindings.__wbg_set_wasm(instance.exports)
    instance.exports.__wbindgen_start()
  })()
  return loading
}

/** The engine records the start of a migration before its script, and the end after it. */
const DONE = 'UPDATE "_prisma_migrations" SET finished_at = now() WHERE finished_at IS NULL AND rolled_back_at IS NULL'

/**
 * The adapter splits scripts at every semicolon, which breaks function bodies. PostgreSQL runs a
 * whole script in one transaction. The record that it is done is part of it: PostgreSQL finishes
 * the script of a client that was killed, and the engine could not record that.
 */
function withWholeScripts(
  factory: PrismaPg,
  pool: Pool,
  onRefusal: (error: unknown) => void,
): SqlMigrationAwareDriverAdapterFactory {
  const connect = async (): Promise<SqlDriverAdapter> => {
    const adapter = await factory.connect()
    const queryRaw = adapter.queryRaw.bind(adapter)
    return Object.assign(adapter, {
      async executeScript(script: string): Promise<void> {
        await pool.query(`${script}\n;${DONE}`).catch((error: unknown) => {
          onRefusal(error)
          throw error
        })
      },
      async queryRaw(query: SqlQuery): Promise<SqlResultSet> {
        const result = await queryRaw(query)
        const columnTypes = result.columnTypes.map((type) => (type === CharacterArray ? Character : type))
        return { ...result, columnTypes }
      },
    })
  }
  const { provider, adapterName } = factory
  return { provider, adapterName, connect, connectToShadowDb: () => factory.connectToShadowDb() }
}

const { Character, CharacterArray } = ColumnTypeEnum
const CHAR = 18 // the oid of "char", the one-byte type of PostgreSQL's catalogue
const CHAR_ARRAY = 1002

/**
 * The engine reads "char" columns from the catalogue, but the adapter knows only arrays of them.
 * They pass it under that name, and get their own name back above.
 */
class CataloguePool extends Pool {
  override query = (async (query: QueryConfig) => {
    const result = await super.query(query)
    for (const field of result.fields ?? []) if (field.dataTypeID === CHAR) field.dataTypeID = CHAR_ARRAY
    return result
  }) as Pool['query']
}
