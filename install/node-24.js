/**
 * `node --import ./install/node-24.js program.ts` says in one line that Node is too old. The program
 * itself cannot: an older Node does not read TypeScript. Must run on any Node with modules.
 *
 * Then it turns on the compile cache, for the program and what that starts: the one of `npm start`
 * (`platform/memory/node-flags.ts`), unless `NODE_COMPILE_CACHE` names another.
 */
import * as module from 'node:module'
import { fileURLToPath } from 'node:url'

const NEEDED = 24

if (Number.parseInt(process.versions.node, 10) < NEEDED) {
  console.error(
    `Node ${NEEDED} or newer is needed, and this is Node ${process.versions.node}: \`npm install\` adds one where yours is older.`,
  )
  process.exit(1)
}

process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../node_modules/.cache/tributary', import.meta.url))
module.enableCompileCache(process.env.NODE_COMPILE_CACHE)
