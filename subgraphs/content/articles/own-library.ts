/** The path of the articles that come with the project. */
import { fileURLToPath } from 'node:url'

export const OWN_LIBRARY = fileURLToPath(new URL('../library', import.meta.url))
