/**
 * The planner's packages in a few files, which `build.ts` makes: a thread that loads their 300
 * files takes 0.15 s of CPU more. Without the files, or after a package has changed, it does.
 */
import { readFileSync } from 'node:fs'
import { createRequire, registerHooks } from 'node:module'

/** What the modules that run in the planner's thread import. */
export const PACKAGES = [
  'graphql',
  'graphql/utilities/extendSchema.js',
  '@apollo/federation-internals',
  '@apollo/query-planner',
] as const

export interface Packed {
  /** In `dist`, by what is imported. */
  readonly files: Readonly<Record<string, string>>
  readonly versions: string
  /** The digest of what packed them. */
  readonly maker: string
}

/** Of the packages as they are installed. */
export function versions(): string {
  const require = createRequire(import.meta.url)
  const packages = ['graphql', '@apollo/federation-internals', '@apollo/query-graphs', '@apollo/query-planner']
  return packages.map((name) => (require(`${name}/package.json`) as { version: string }).version).join()
}

/** For the thread that calls it, and what it imports from then on. */
export function preferPacked(packed = readPacked()): void {
  if (packed === undefined || packed.versions !== versions()) return
  const { files } = packed
  registerHooks({
    resolve(name, context, next) {
      const file = files[name]
      if (file === undefined) return next(name, context)
      return { url: new URL(`dist/${file}`, import.meta.url).href, format: 'module', shortCircuit: true }
    },
  })
}

export function readPacked(): Packed | undefined {
  try {
    return JSON.parse(readFileSync(new URL('dist/packed.json', import.meta.url), 'utf8'))
  } catch {
    return undefined
  }
}
