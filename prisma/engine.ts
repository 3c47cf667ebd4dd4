/** Prisma's own schema engine, run as WebAssembly, so that migrating needs no download. Knows no table. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PrismaPg } from '@prisma/adapter-pg'
import {
  bindMigrationAwareSqlAdapterFactory,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils'
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg'
import { Client } from 'pg'

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

/** Runs `use` with an engine connected to `url`, and closes what it opened. */
export async function withSchemaEngine<Result>(
  url: string,
  use: (engine: SchemaEngine) => Promise<Result>,
): Promise<Result> {
  await loadWasm()
  const { path, content } = await readSchema()
  const opened: SqlDriverAdapter[] = []
  const factory = bindMigrationAwareSqlAdapterFactory(
    withWholeScripts(new PrismaPg({ connectionString: url, max: 1 }), url, opened),
  )
  const engine = await bindings.SchemaEngine.new({ datamodels: [[path, content]] }, () => {}, factory)
  try {
    return await use(engine)
  } finally {
    engine.free()
    // The engine leaves its connections to their idle timeout, and a process could not end before.
    await Promise.all(opened.map((adapter) => adapter.dispose()))
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
 * @param opened gets every connection, for whoever has to close them
 */
function withWholeScripts(
  factory: SqlMigrationAwareDriverAdapterFactory,
  url: string,
  opened: SqlDriverAdapter[],
): SqlMigrationAwareDriverAdapterFactory {
  const whole = (adapter: SqlDriverAdapter): SqlDriverAdapter =>
    Object.assign(adapter, {
      async executeScript(script: string): Promise<void> {
        const client = new Client({ connectionString: url })
        await client.connect()
        try {
          await client.query(script)
        } finally {
          await client.end()
        }
      },
    })
  return Object.assign(Object.create(factory), {
    connect: async () => {
      const adapter = whole(await factory.connect())
      opened.push(adapter)
      return adapter
    },
  }) as SqlMigrationAwareDriverAdapterFactory
}
