/**
 * Selects the tests of `npm run test:fast`: those whose imports start no process, use no database
 * and open no socket. Jest uses it as a filter, so there is no list to maintain. Files that compute
 * for long have `@slow` in their head comment.
 */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const SLOW = /^(node:(child_process|cluster|http|https|net|tls|worker_threads)|pg|playwright-core)$/
const IMPORT =
  /^(?:import|export)\b(?!\s+type\b)[^;'"]*?\bfrom\s+['"]([^'"\n]+)['"]|\bimport\s*\(?\s*['"]([^'"\n]+)['"]/gm

const known = new Map<string, readonly string[]>()

/** A file's imports except types: absolute paths of project files, names of packages. */
function importsOf(file: string): readonly string[] {
  const found = known.get(file)
  if (found) return found
  const specifiers = [...readFileSync(file, 'utf8').matchAll(IMPORT)].map(([, from, bare]) => from ?? bare ?? '')
  const imports = specifiers.map((each) => (each.startsWith('.') ? join(dirname(file), each) : each))
  known.set(file, imports)
  return imports
}

const HEAD = /^\/\*\*[\s\S]*?\*\//

/** True if the file and its imports use nothing slow. @param file absolute path */
export function isFast(file: string): boolean {
  if (HEAD.exec(readFileSync(file, 'utf8'))?.[0].includes('@slow')) return false
  const seen = new Set<string>()
  const reaches = (path: string): boolean => {
    if (seen.has(path)) return false
    seen.add(path)
    if (!path.startsWith('/')) return SLOW.test(path)
    return existsSync(path) && importsOf(path).some(reaches)
  }
  return !reaches(file)
}

const filter = (files: readonly string[]): { filtered: readonly string[] } => ({ filtered: files.filter(isFast) })

// Jest calls the result of `require`, which is this export.
export { filter as 'module.exports' }
