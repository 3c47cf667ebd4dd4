/** Brings the database of the service `sample` up to date: `node subgraphs/sample/migrate.ts`. */
import { migrateService } from '../../prisma/service-migrations.ts'

await migrateService(new URL('prisma/migrations/', import.meta.url))
