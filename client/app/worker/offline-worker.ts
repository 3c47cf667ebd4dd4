/**
 * The app without a network: keeps its page and its files, which are the same for everybody. It
 * leaves every other request alone, so that no answer of the bank and no token is ever kept.
 */
interface Shell {
  /** Changes with each build, and with each change of the page's settings. */
  readonly version: string
  /** Path of the page. */
  readonly page: string
  /** Paths of its files; a file never changes. */
  readonly files: readonly string[]
}

/** The gateway writes `shell` in front of this script. */
declare const self: ServiceWorkerGlobalScope & { readonly shell: Shell }

const PREFIX = 'tributary-app:'
/** Answers of proxies whose gateway is away. */
const AWAY = new Set([502, 503, 504])

const { version, page, files } = self.shell
const cacheName = PREFIX + version
const paths = new Set(files)

self.addEventListener('install', (event) => event.waitUntil(keep()))
self.addEventListener('activate', (event) => event.waitUntil(takeOver()))
self.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== self.location.origin) return
  if (request.mode === 'navigate') event.respondWith(openPage(request))
  else if (paths.has(pathname)) event.respondWith(openFile(request))
})

async function keep(): Promise<void> {
  const cache = await caches.open(cacheName)
  const answer = await fetch(page, { headers: { accept: 'text/html' }, cache: 'no-cache' })
  if (!answer.ok) throw new Error('The page is not there.')
  await cache.put(page, answer)
  await cache.addAll(files)
  await self.skipWaiting()
}

/** Deletes the caches of other builds: pages come from the network if there is one. */
async function takeOver(): Promise<void> {
  const names = await caches.keys()
  await Promise.all(
    names.filter((name) => name.startsWith(PREFIX) && name !== cacheName).map((name) => caches.delete(name)),
  )
  await self.clients.claim()
}

async function openPage(request: Request): Promise<Response> {
  try {
    const answer = await fetch(request)
    return AWAY.has(answer.status) ? ((await kept(page)) ?? answer) : answer
  } catch (error) {
    const answer = await kept(page)
    if (answer) return answer
    throw error
  }
}

const openFile = async (request: Request): Promise<Response> => (await kept(request)) ?? fetch(request)

const kept = (what: Request | string): Promise<Response | undefined> =>
  caches.match(what, { cacheName, ignoreVary: true })

export {}
