/**
 * Which tests `npm run test:fast` runs: those that start no process, reach no database and open no
 * socket, by all that they import. Given to Jest as its filter; nobody keeps a list. A file that
 * computes for long says `@slow` in the comment at its head.
 */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const SLOW = /^(node:(child_process|cluster|http|https|net|tls|worker_threads)|pg|playwright-core)$/
const IMPORT =
  /^(?:import|export)\b(?!\s+type\b)[^;'"]*?\bfrom\s+['"]([^'"\n]+)['"]|\bimport\s*\(?\s*['"]([^'"\n]+)['"]/gm

const known = new Map<string, readonly string[]>()

/** What a file imports for more than its types: absolute paths of the project's own, else names. */
function importsOf(file: string): readonly string[] {
  const found = known.get(file)
  if (found) return found
  const specifiers = [...readFileSync(file, 'utf8').matchAll(IMPORT)].map(([, from, bare]) => from ?? bare ?? '')
  const imports = specifiers.map((each) => (each.startsWith('.') ? join(dirname(file), each) : each))
  known.set(file, imports)
  return imports
}

const HEAD = /^\/\*\*[\s\S]*?\*\//

/** Whether nothing slow is within reach. @param file absolute */
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

// Jest calls what `require` gives it, which is this export.
export { filter as 'module.exports' }
