/**
 * `npm run dev`: as `npm start`, and starts again what a change of its sources concerns. Data
 * stays. Composes the supergraph when the schema of a service changes.
 */
import { StartRefused } from '../platform/process/settings.ts'
import { watchFile } from '../platform/process/watch-file.ts'
import { concerns } from './concerns.ts'
import { runJob } from './job.ts'
import type { Launched } from './launch.ts'
import type { ProcessSpec } from './processes.ts'
import { program } from './programs.ts'
import { runSystem } from './run.ts'
import type { Environment } from './settings.ts'
import { watchFolders } from './watch.ts'

const CONFIG = 'tributary.config.ts'
const FOLDERS = ['gateway', 'platform', 'prisma', 'start', 'subgraphs']

const compose = (environment: Environment): ProcessSpec => ({
  label: 'supergraph',
  program: program('gateway/compose.ts'),
  environment,
})
const build = (environment: Environment): ProcessSpec => ({
  label: 'build',
  program: program('install/build.ts'),
  environment,
})

await runSystem(process.argv.slice(2), process.env, {
  before: (environment, report) => runJob(compose(environment), report, new AbortController().signal),
  whenReady(launched, environment) {
    let work = Promise.resolve()
    const changed = (paths: readonly string[]): void => {
      work = work.then(() => follow(paths, launched, environment)).catch(tell)
    }
    const stops = [
      watchFolders(program(''), FOLDERS, changed),
      watchFile(program(CONFIG), async () => changed([CONFIG])),
    ]
    return () => {
      for (const stop of stops) stop()
    }
  },
})

async function follow(paths: readonly string[], launched: Launched, environment: Environment): Promise<void> {
  const { again, jobs, names } = concerns(paths)
  for (const path of again) console.log(`${path} changed: start \`npm run dev\` again to use it`)
  if (jobs.has('build')) await launched.run(build(environment))
  if (jobs.has('migrate')) await launched.migrate()
  if (jobs.has('compose')) await launched.run(compose(environment))
  await launched.restart(names)
}

/** Reports what cannot be built or composed; everything goes on unchanged. */
function tell(error: unknown): void {
  if (!(error instanceof StartRefused)) throw error
  console.error(error.message)
}
