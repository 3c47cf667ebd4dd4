/**
 * Content: the bank's articles and product terms, from Markdown files. STATELESS: it reads a folder
 * and owns nothing.
 */
import { isProduction, SettingsError } from '../../platform/process/settings.ts'
import type { ServiceDefinition } from '../shared/service.ts'
import { createAssetResponder } from './assets/respond.ts'
import { contentSettings } from './config.ts'
import { followReleases } from './release/current-release.ts'
import { answerHeaders, type ContentContext, createContext } from './resolvers/context.ts'
import { resolvers } from './resolvers/resolvers.ts'

export const contentService: ServiceDefinition<typeof contentSettings, ContentContext> = {
  name: 'content',
  kind: 'stateless',
  schema: new URL('schema.graphql', import.meta.url),
  settings: contentSettings,
  async create({ CONTENT_DIR, NODE_ENV }, log) {
    const current = await followReleases({
      folder: CONTENT_DIR,
      watchFiles: !isProduction(NODE_ENV),
      log,
    }).catch((error: NodeJS.ErrnoException) => {
      throw new SettingsError([`CONTENT_DIR: the folder cannot be read (${error.code ?? error.message})`])
    })
    return {
      resolvers,
      context: (request) => createContext(current.get(), request),
      headers: answerHeaders,
      get: createAssetResponder((lists) => current.findManifest(lists)),
      close: async () => current.close(),
    }
  },
}
