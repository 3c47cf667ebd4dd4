/** Prisma's own schema engine, run as WebAssembly, so that migrating needs no download. Knows no table. */
import { readdir, readFile } from 'node:fs/promises'
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

const SCHEMA = new URL('schema.prisma', import.meta.url)
const MIGRATIONS = new URL('migrations/', import.meta.url)
const WASM = new URL('schema_engine_bg.wasm', import.meta.resolve('@prisma/schema-engine-wasm'))

export type SchemaEngine = bindings.SchemaEngine
export type MigrationList = Parameters<SchemaEngine['applyMigrations']>[0]['migrationsList']

/** `schema.prisma` as the engine wants it: path and text. */
export async function readSchema(): Promise<{ path: string; content: string }> {
  return { path: fileURLToPath(SCHEMA), content: await readFile(SCHEMA, 'utf8') }
}

/** Every migration in `folder`, oldest first, as the engine wants it. */
export async function readMigrations(folder: string = fileURLToPath(MIGRATIONS)): Promise<MigrationList> {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  return {
    baseDir: folder,
    lockfile: { path: 'migration_lock.toml', content: await readFile(join(folder, 'migration_lock.toml'), 'utf8') },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(
      names.sort().map(async (name) => ({
        path: name,
        migrationFile: {
          path: 'migration.sql',
          content: { tag: 'ok' as const, value: await readFile(join(folder, name, 'migration.sql'), 'utf8') },
        },
      })),
    ),
  }
}

/** Runs `use` with an engine connected to `url`, and closes what it opened, and with it the lock the engine takes. */
export async function withSchemaEngine<Result>(
  url: string,
  use: (engine: SchemaEngine) => Promise<Result>,
): Promise<Result> {
  await loadWasm()
  const pool = new CataloguePool({ connectionString: url, max: 1 })
  // Without a listener a server that dies meanwhile would take this process with it; the query in flight rejects anyway.
  pool.on('error', () => {})
  let refusal: unknown
  const onRefusal = (error: unknown): void => {
    refusal = error
  }
  try {
    const { path, content } = await readSchema()
    const factory = bindMigrationAwareSqlAdapterFactory(withWholeScripts(new PrismaPg(pool), pool, onRefusal))
    const engine = await bindings.SchemaEngine.new({ datamodels: [[path, content]] }, () => {}, factory)
    return await use(engine)
  } catch (error) {
    // The engine says that a script failed; the database said why.
    throw refusal ?? error
  } finally {
    await pool.end()
  }
}

/** The one call needed of a global that the types of Node leave out. */
declare const WebAssembly: {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: { __wbindgen_start(): void } } }>
}

let loading: Promise<void> | undefined

/** Done by hand, since importing a `.wasm` file is still experimental and warns. */
function loadWasm(): Promise<void> {
  loading ??= (async () => {
    const { instance } = await WebAssembly.instantiate(await readFile(WASM), { './schema_engine_bg.js': bindings })
    bindings.__wbg_set_wasm(instance.exports)
    instance.exports.__wbindgen_start()
  })()
  return loading
}

/**
 * The adapter cuts scripts at every semicolon, which breaks function bodies. PostgreSQL takes a script whole,
 * and then all of it happens or nothing.
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
        await pool.query(script).catch((error: unknown) => {
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
const CHAR = 18 // the oid of "char", one byte, a type of PostgreSQL's own tables
const CHAR_ARRAY = 1002

/**
 * The engine reads "char" columns from the catalogue, but the adapter knows only arrays of them: under that name they pass
 * it, and get their own back above.
 */
class CataloguePool extends Pool {
  override query = (async (query: QueryConfig) => {
    const result = await super.query(query)
    for (const field of result.fields ?? []) if (field.dataTypeID === CHAR) field.dataTypeID = CHAR_ARRAY
    return result
  }) as Pool['query']
}
