/** Loads a module with one of its imports replaced, for tests that remove a check. */
import { registerHooks } from 'node:module'

/**
 * Loads `entry` and all project modules that it imports again, with `standIn` in place of
 * `replaced`. The stand-in itself gets the real module.
 */
export async function importWith<Module>(entry: URL, replaced: URL, standIn: URL): Promise<Module> {
  const mark = `?with=${encodeURIComponent(standIn.pathname)}`
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context)
      if (!context.parentURL?.endsWith(mark) || !specifier.startsWith('.')) return found
      return { ...found, url: found.url === replaced.href ? standIn.href : `${found.url}${mark}` }
    },
  })
  try {
    return (await import(`${entry.href}${mark}`)) as Module
  } finally {
    hooks.deregister()
  }
}
