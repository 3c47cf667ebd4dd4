/**
 * `node --import ./install/node-24.js program.ts` says in one line that Node is too old. The program
 * itself cannot: an older Node does not read TypeScript. Must run on any Node with modules.
 */
const NEEDED = 24

if (Number.parseInt(process.versions.node, 10) < NEEDED) {
  console.error(
    `Node ${NEEDED} or newer is needed, and this is Node ${process.versions.node}: \`npm install\` adds one where yours is older.`,
  )
  process.exit(1)
}
