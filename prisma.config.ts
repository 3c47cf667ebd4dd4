import { defineConfig } from 'prisma/config'
import { runningUrl } from './prisma/embedded/running.ts'

// `prisma generate` never runs the schema engine, but the CLI insists on having one; any executable
// keeps it from downloading.
if (process.argv.includes('generate')) process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ??= process.execPath

const url = process.env['DATABASE_URL'] || runningUrl(process.env['DATA_DIR'] || '.data')

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  ...(url === undefined ? {} : { datasource: { url } }),
})
