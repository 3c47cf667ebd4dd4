/** The services of the benchmark's graphs, running, and what a gateway is started on. */
import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { withFolder } from '../common/folder.ts'
import { composeGraph, type Grounds, pathOf } from './graph.ts'
import { type BenchmarkProcess, OTHER_CORE, startProcess } from './process.ts'
import { graphs, type Workload } from './workloads.ts'

export interface RunningServices {
  readonly services: BenchmarkProcess
  /** Folder of the supergraphs; removed when the benchmark ends. */
  readonly folder: string
  groundsOf(workload: Pick<Workload, 'graph' | 'unique'>): Grounds
}

/** Keeps this process and the services off the gateway's core. */
export async function withServices(use: (running: RunningServices) => Promise<void>): Promise<void> {
  if (availableParallelism() > 1) execFileSync('taskset', ['-acp', String(OTHER_CORE), String(process.pid)])
  const program = { args: [fileURLToPath(new URL('services.ts', import.meta.url))], env: {} }
  await withFolder(async (folder) => {
    const services = await startProcess('services', program, OTHER_CORE)
    const fileOf = (graph: string): string => join(folder, `${graph}.graphql`)
    const groundsOf: RunningServices['groundsOf'] = ({ graph, unique }) => ({
      supergraph: fileOf(graph.name),
      services: graph.services.map(({ name, schema }) => ({
        name,
        url: services.url + pathOf(graph, name),
        schema: fileURLToPath(schema),
      })),
      stateless: !unique,
    })
    try {
      for (const graph of graphs) await writeFile(fileOf(graph.name), await composeGraph(graph, services.url))
      await use({ services, folder, groundsOf })
    } finally {
      await services.stop()
    }
  })
}
