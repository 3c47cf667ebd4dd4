/** Follows the files of the lists: a new list serves within seconds, a faulty one never. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from '../../platform/process/log.ts'
import { type Seen, watchFiles } from '../../platform/process/watch-file.ts'
import { filesOf, type ListFiles, type OperationLists, readLists } from './lists.ts'

export interface LiveLists {
  readonly current: OperationLists
  close(): void
}

/** @param first as read at the start; it is read again at once, because it may be old by now */
export function followLists(files: ListFiles, first: OperationLists, log: Logger, refused: () => void): LiveLists {
  let current = first
  const paths = filesOf(files)
  const seen: Seen = new Map(paths.map((path) => [path, undefined]))
  const read = async (): Promise<void> => {
    try {
      await seeFolders(paths, seen)
      const next = await readLists(files)
      if (next.texts.join('\0') !== current.texts.join('\0'))
        log.info({ operations: next.texts.length }, 'a new list of operations serves')
      current = next
    } catch (error) {
      refused()
      log.error({ err: error }, 'the new list of operations is refused; the old one stays')
    }
  }
  const close = watchFiles(seen, read)
  return {
    get current() {
      return current
    },
    close,
  }
}

/** A folder's own stamp does not change when a file in it is written. */
async function seeFolders(paths: readonly string[], seen: Seen): Promise<void> {
  for (const path of paths)
    for (const file of await readdir(path).catch(() => []))
      if (!seen.has(join(path, file))) seen.set(join(path, file), undefined)
}
