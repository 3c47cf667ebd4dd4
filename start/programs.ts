/** Paths of the programs that the supervisor starts. */
import { fileURLToPath } from 'node:url'

/** Absolute. @param path from the root of the project */
export const program = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))

/** Path relative to the project's root. */
export const servicePath = (name: string): string => `subgraphs/${name}/main.ts`
