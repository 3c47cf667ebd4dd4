/**
 * Tells which files in some folders change. Watches each folder by itself: a recursive watch loses
 * files that an editor replaces.
 */
import { type FSWatcher, readdirSync, watch } from 'node:fs'
import { join, relative, sep } from 'node:path'

const SETTLE = 100 // milliseconds; editors and Git write several files, and each in several steps

/**
 * Starts watching; the result ends it.
 * @param changed gets the paths from `root`, with slashes, once no more follow
 */
export function watchFolders(
  root: string,
  folders: readonly string[],
  changed: (paths: readonly string[]) => void,
): () => void {
  const watchers = new Map<string, FSWatcher>()
  const paths = new Set<string>()
  let settled: NodeJS.Timeout | undefined

  const note = (path: string): void => {
    paths.add(relative(root, path).split(sep).join('/'))
    clearTimeout(settled)
    settled = setTimeout(() => {
      const seen = [...paths]
      paths.clear()
      changed(seen)
    }, SETTLE)
  }
  const forget = (folder: string): void => {
    watchers.get(folder)?.close()
    watchers.delete(folder)
  }
  /** Does nothing for what is no folder. @param tell whether what is in it counts as changed */
  const follow = (folder: string, tell: boolean): void => {
    if (watchers.has(folder)) return
    try {
      const entries = readdirSync(folder, { withFileTypes: true })
      const watcher = watch(folder, (_event, name) => {
        if (name === null) return
        note(join(folder, name))
        follow(join(folder, name), true)
      })
      watcher.on('error', () => forget(folder)) // it is gone
      watchers.set(folder, watcher)
      for (const entry of entries) {
        if (entry.isDirectory()) follow(join(folder, entry.name), tell)
        else if (tell) note(join(folder, entry.name))
      }
    } catch {
      forget(folder)
    }
  }
  for (const folder of folders) follow(join(root, folder), false)
  return () => {
    clearTimeout(settled)
    for (const watcher of watchers.values()) watcher.close()
  }
}
