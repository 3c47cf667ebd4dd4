/** Makes the browser keep the page and its files, so that it opens without a network. */
import { BASE } from '../common/settings.ts'

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(): string }): { createScriptURL(of: string): string }
}

/**
 * Stores the app for offline use when nothing else is loading. Does nothing if the browser cannot,
 * or may not.
 */
export function keepForOffline(): void {
  const { serviceWorker } = navigator as Partial<Navigator>
  if (!serviceWorker || !import.meta.env.PROD) return
  const path = `${BASE}/offline-worker.js`
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes }
  const url = trustedTypes?.createPolicy('offline-worker', { createScriptURL: () => path }).createScriptURL('') ?? path
  addEventListener('load', () => void serviceWorker.register(url).catch(() => undefined), { once: true })
}
