/** Imports a configuration's file, once or repeatedly. */
import { createRequire, registerHooks } from 'node:module'
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { within } from '../../platform/data/within.ts'
import { SettingsError } from '../../platform/process/settings.ts'
import { type Seen, stampOf } from '../../platform/process/watch-file.ts'
import { createSources, isPlain } from './sources.ts'

/** The gateway's own modules are imported once, like packages. */
const OWN = /\/node_modules\//
const GATEWAY = [new URL('../', import.meta.url).href, new URL('../../platform/', import.meta.url).href]

const LONGEST = 30_000 // milliseconds for a file, what it imports, and what those await

let imports = 0
const { cache: commonJs } = createRequire(import.meta.url)

/**
 * The default export of a module.
 * @param seen if given, the file and its imports are read afresh, and recorded here with their
 * stamps
 * @throws SettingsError
 */
export async function importFile(file: string, seen?: Seen): Promise<Readonly<Record<string, unknown>>> {
  const path = resolve(file)
  const { href } = pathToFileURL(path)
  if (stampOf(path) === undefined) throw new SettingsError([`${file}: there is no such file`])
  if (!seen) return exportOf(href, file)
  seen.set(path, stampOf(path))
  // CommonJS is kept by the path, whatever the URL.
  for (const file of seen.keys()) delete commonJs[file]
  imports += 1
  const query = imports === 1 ? '' : `?${imports}`
  const stopFollowing = followImports(href + query, query, seen)
  return exportOf(href + query, file).finally(stopFollowing)
}

async function exportOf(url: string, file: string): Promise<Readonly<Record<string, unknown>>> {
  const refuse = (why: string): never => {
    throw new SettingsError([`${file}: ${why}`])
  }
  try {
    const { default: exported } = (await inTime(import(url))) as { default?: unknown }
    // Read inside `try`, because a getter may throw.
    return isPlain(exported) ? createSources(exported).values : refuse('must have `export default defineConfig({ … })`')
  } catch (error) {
    if (error instanceof SettingsError) throw error
    return refuse(`cannot be used (${error instanceof Error ? whyOf(error) : thrown(error)})`)
  }
}

/** Some objects cannot be made text. */
const thrown = (value: unknown): string =>
  typeof value === 'object' && value !== null ? 'it throws what is no error' : String(value)

/** What a file awaits may never come: no later change of it would be taken in. */
const inTime = <Module>(module: Promise<Module>): Promise<Module> =>
  within(LONGEST, module, () => new Error(`it awaits more than ${LONGEST / 1_000} s`))

/**
 * The reason with the file and line of the fault, but without the line's text, which may be secret.
 */
function whyOf({ message, stack = '' }: Error): string {
  const why = message.replace(/, (\.\.\.)?".*"(\.\.\.)? is not valid JSON$/s, ' is not valid JSON')
  const [, path, line] = AT_START.exec(stack) ?? IN_FRAME.exec(stack) ?? []
  const isOurs = GATEWAY.some((folder) => pathToFileURL(path ?? '').href.startsWith(folder))
  return path === undefined || isOurs ? why : `${path}:${line}: ${why}`
}

/** For a syntax error the position comes first. */
const AT_START = /^(?:file:\/\/)?(\/[^\n?]*)(?:\?\d+)?:(\d+)\n/
const IN_FRAME = /\n {4}at [^\n]*?file:\/\/(\/[^\n?]*?)(?:\?\d+)?:(\d+):\d+\)?(?:\n|$)/

/** Node caches modules by URL: a new query on each URL loads them again. */
function followImports(entry: string, query: string, seen: Seen): () => void {
  const own = new Set<string>()
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const isEntry = specifier === entry
      const { parentURL = '' } = context
      const isOfOwn = own.has(parentURL)
      if (isOfOwn && /^\.{1,2}\//.test(specifier)) awaitMissing(fileURLToPath(new URL(specifier, parentURL)), seen)
      const resolved = next(specifier, context)
      if (!isEntry && !isOfOwn) return resolved
      const { url } = resolved
      if (!url.startsWith('file:') || OWN.test(url) || GATEWAY.some((folder) => url.startsWith(folder))) return resolved
      const path = fileURLToPath(url)
      if (!isEntry) seen.set(path, stampOf(path))
      const anew = isEntry ? url : url + query
      own.add(anew)
      return { ...resolved, url: anew }
    },
  })
  return () => hooks.deregister()
}

/** An import that is not there yet, since its file is saved last, is taken in once it is. */
function awaitMissing(path: string, seen: Seen): void {
  if (stampOf(path) === undefined) seen.set(path, undefined)
}
