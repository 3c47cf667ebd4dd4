/** A module with another one in place of what it imports, for tests that take a check away. */
import { registerHooks } from 'node:module'

/**
 * Loads `entry` again, with all of the project that it imports, and gives them the module
 * `standIn` wherever they ask for `replaced`. The stand-in itself is given the real one.
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
