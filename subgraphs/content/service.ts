/** Content: the bank's articles and product terms, from Markdown files. STATELESS: it reads a folder and keeps nothing else. */
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { ServiceDefinition } from '../serve.ts'
import { answerHeaders, type ContentContext, createContext } from './context.ts'
import { openRelease } from './release/open-release.ts'
import { readFolder } from './release/read-folder.ts'
import { Article } from './resolvers/article.ts'
import { Product } from './resolvers/product.ts'
import { Query } from './resolvers/query.ts'

/** The articles that come with the project. */
export const OWN_LIBRARY = fileURLToPath(new URL('library', import.meta.url))

const settings = { CONTENT_DIR: z.string().default(OWN_LIBRARY) }

export const contentService: ServiceDefinition<typeof settings, ContentContext> = {
  name: 'content',
  kind: 'stateless',
  schema: new URL('schema.graphql', import.meta.url),
  settings,
  async create({ CONTENT_DIR }, log) {
    const release = await openRelease(await readFolder(CONTENT_DIR))
    for (const fault of release.faults) log.warn(fault, 'a fault in the library')
    return {
      resolvers: { Query, Article, Product },
      context: (request) => createContext(release, request),
      headers: answerHeaders,
    }
  },
}
