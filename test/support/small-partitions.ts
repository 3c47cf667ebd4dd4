/** Migrations whose partitions are so small that a test fills several. */
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { newFolder } from './folder.ts'

interface SmallPartitions {
  /** Folder of all migrations. */
  readonly all: string
  /** Folder of the migrations before the tables were partitioned. */
  before(): Promise<string>
}

/** @param size numbers of a partition */
export async function smallPartitions(size: number): Promise<SmallPartitions> {
  const folder = await newFolder()
  const all = join(folder, 'all')
  await cp(new URL('../../prisma/migrations', import.meta.url), all, { recursive: true })
  const bounds = join(all, '20260117000200_partition_bounds', 'migration.sql')
  await writeFile(bounds, (await readFile(bounds, 'utf8')).replace('1000000::bigint', `${size}::bigint`))
  return {
    all,
    async before() {
      const some = join(folder, 'before')
      await cp(all, some, { recursive: true })
      for (const name of await readdir(some))
        if (/_(partition|archive)/.test(name)) await rm(join(some, name), { recursive: true })
      return some
    },
  }
}
