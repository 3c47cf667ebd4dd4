/** Reads a folder's Git repository. Changes nothing. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

export interface Repository {
  /** The commit of a revision. */
  commit(revision: string): Promise<string | undefined>
  /** A file of a commit. @param path relative to the folder */
  show(commit: string, path: string): Promise<string | undefined>
  /** The merge base of two commits. */
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
    // A name with a leading dash would be taken for an option.
    commit: async (revision) =>
      revision.startsWith('-')
        ? undefined
        : trimmed('rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`),
    show: (commit, path) => git('show', `${commit}:./${path}`),
    mergeBase: (one, other) => trimmed('merge-base', one, other),
  }
}

/** Usual names of the main branch. */
const MAIN = ['origin/HEAD', 'origin/main', 'origin/master', 'main', 'master']

interface Revision {
  readonly commit: string
  /** Its name in reports. */
  readonly name: string
}

/**
 * The default base of a change: where its branch left the main branch, or the last commit on that.
 * @param target the target branch, if known
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
