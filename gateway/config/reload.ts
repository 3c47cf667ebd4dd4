/**
 * Takes in changes of the configuration's file while the gateway runs. A faulty file changes
 * nothing; a setting that cannot change keeps its value, and the log says so.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Logger } from '../../platform/process/log.ts'
import { SettingsError, StartRefused } from '../../platform/process/settings.ts'
import { type Seen, watchFiles } from '../../platform/process/watch-file.ts'
import type { Config } from './config.ts'
import type { Path } from './environment.ts'

/** Settings of open sockets or of the process itself. */
const FIXED: readonly Path[] = [
  ['host'],
  ['port'],
  ['workers'],
  ['fastPath'],
  ['admin'],
  ['usage'],
  ['draining'],
  ['limits', 'connections'],
  ['limits', 'headSeconds'],
  ['limits', 'bodySeconds'],
  ['limits', 'unfinishedBodyBytes'],
  ['limits', 'socketsPerAddress'],
]

interface FollowOptions {
  readonly file: string
  /** The file, and what it imports. */
  readonly seen: Seen
  readonly running: Config
  /** @param needed gets the other files that it needs @throws SettingsError */
  readonly load: (needed: Seen) => Promise<Config>
  /** @throws StartRefused if the configuration cannot serve */
  readonly apply: (config: Config) => Promise<void>
  readonly log: Logger
}

/** Starts following; the result ends it. */
export function followConfig({ file, seen, running, load, apply, log }: FollowOptions): () => void {
  let current = running
  /** What a refused configuration needs: it may be saved after the configuration. */
  let awaited: readonly string[] = []
  return watchFiles(seen, async () => {
    for (const path of awaited) seen.delete(path)
    awaited = []
    const needed: Seen = new Map()
    try {
      const { config, kept } = keepFixed(current, await load(needed))
      for (const path of kept) log.warn({ file }, `${path} cannot change while the gateway runs: it keeps its value`)
      await apply(config)
      current = config
      log.info({ file }, 'a new configuration serves')
    } catch (error) {
      log.error({ file, ...whyOf(error) }, 'the new configuration is refused; the old one stays')
      for (const path of seen.keys()) needed.delete(path)
      for (const [path, stamp] of needed) seen.set(path, stamp)
      awaited = [...needed.keys()]
    }
  })
}

function whyOf(error: unknown): object {
  if (error instanceof SettingsError) return { why: error.faults }
  return error instanceof StartRefused ? { why: error.message } : { err: error }
}

/**
 * The next configuration with the settings that cannot change unchanged, and the paths of those
 * that would have changed.
 */
function keepFixed(running: Config, next: Config): { readonly config: Config; readonly kept: readonly string[] } {
  const kept: string[] = []
  let config = next
  for (const path of FIXED) {
    const value = valueAt(running, path)
    if (isDeepStrictEqual(value, valueAt(next, path))) continue
    kept.push(path.join('.'))
    config = Object.freeze(put(config, path, value))
  }
  return { config, kept }
}

const valueAt = (tree: object, path: Path): unknown =>
  path.reduce<unknown>((value, key) => (value as Readonly<Record<string, unknown>>)[key], tree)

const put = <Tree extends object>(tree: Tree, [key = '', ...rest]: Path, value: unknown): Tree => ({
  ...tree,
  [key]: rest.length === 0 ? value : put((tree as Readonly<Record<string, object>>)[key] ?? {}, rest, value),
})
