/** Reads what Git has of a folder. Changes nothing. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

export interface Repository {
  /** The commit that a name stands for. */
  commit(revision: string): Promise<string | undefined>
  /** A file as it was. @param path from the folder */
  show(commit: string, path: string): Promise<string | undefined>
  /** Where two lines of work parted. */
  mergeBase(one: string, other: string): Promise<string | undefined>
}

const MOST = 64 * 1024 * 1024 // bytes of a file

export function openRepository(folder: string): Repository {
  const git = (...args: readonly string[]): Promise<string | undefined> =>
    promisify(execFile)('git', args, { cwd: folder, maxBuffer: MOST }).then(
      ({ stdout }) => stdout,
      () => undefined,
    )
  const trimmed = async (...args: readonly string[]): Promise<string | undefined> =>
    (await git(...args))?.trim() || undefined
  return {
    // A name that begins with a dash would be an option.
    commit: async (revision) =>
      revision.startsWith('-')
        ? undefined
        : trimmed('rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`),
    show: (commit, path) => git('show', `${commit}:./${path}`),
    mergeBase: (one, other) => trimmed('merge-base', one, other),
  }
}

/** The main line of work, by the names that it usually has. */
const MAIN = ['origin/HEAD', 'origin/main', 'origin/master', 'main', 'master']

export interface Revision {
  readonly commit: string
  /** For people. */
  readonly name: string
}

/**
 * What a change is compared with if nobody says: where its branch left the main one, or the last
 * commit on that.
 * @param target the branch that it is to be merged into, if that is known
 */
export async function defaultRevision(
  repository: Repository,
  target: string | undefined,
): Promise<Revision | undefined> {
  const head = await repository.commit('HEAD')
  if (head === undefined) return undefined
  for (const name of target === undefined ? MAIN : [`origin/${target}`, target, ...MAIN]) {
    const main = await repository.commit(name)
    const commit = main && (await repository.mergeBase(main, head))
    if (commit === undefined || commit === '') continue
    const where = commit === head ? 'the last commit' : `where this branch left ${name.replace('/HEAD', '')}`
    return { commit, name: `${commit.slice(0, 7)}, ${where}` }
  }
  return { commit: head, name: `${head.slice(0, 7)}, the last commit` }
}
