/**
 * Serves the service worker that opens the web app without a network: the built script, with the
 * names of the page and its files. It changes whenever they do.
 */
import { hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { isKnownTag } from '../../platform/http/message/etag.ts'
import type { BuiltPage } from '../playground/assets.ts'

const NAME = 'offline-worker.js'

interface WorkerOptions extends Pick<BuiltPage, 'files'> {
  /** The page as it is sent. */
  readonly html: string
  /** The path of the page, with a slash at its end. */
  readonly base: string
}

interface OfflineWorker {
  readonly path: string
  /** Answers GET and HEAD. */
  send(request: IncomingMessage, response: ServerResponse): void
}

/** `undefined` if the build has none. */
export async function openOfflineWorker({ files, html, base }: WorkerOptions): Promise<OfflineWorker | undefined> {
  const [own, asset] = [...files].find(([path]) => path.endsWith(`-${NAME}`)) ?? []
  const file = asset?.encodings.get('identity')
  if (!file) return undefined
  const script = await readFile(file, 'utf8')
  const kept = [...files.keys()].filter((path) => path !== own).sort()
  const version = hash('sha256', JSON.stringify([html, script, kept]), 'base64url')
  const text = `self.shell=${JSON.stringify({ version, page: base, files: kept })};\n${script}`
  const etag = `"${version}"`
  const headers = {
    'content-type': 'text/javascript; charset=utf-8',
    'content-security-policy': "default-src 'none'; connect-src 'self'",
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-cache',
    etag,
  }
  return {
    path: base + NAME,
    send(request, response) {
      const isFresh = isKnownTag(request.headers['if-none-match'], etag)
      response.writeHead(isFresh ? 304 : 200, headers)
      response.end(isFresh || request.method === 'HEAD' ? undefined : text)
    },
  }
}
