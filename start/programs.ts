/** Where the programs are that the supervisor starts. */
import { fileURLToPath } from 'node:url'

/** Absolute. @param path from the root of the project */
export const program = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))

/** From the root of the project. */
export const servicePath = (name: string): string => `subgraphs/${name}/main.ts`
