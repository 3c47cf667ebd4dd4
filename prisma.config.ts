import { defineConfig } from 'prisma/config'

// `prisma generate` never runs the schema engine, but the CLI insists on having one; any executable keeps it from downloading.
process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ??= process.execPath

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
})
