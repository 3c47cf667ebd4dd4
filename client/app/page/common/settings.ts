/** What the gateway tells the page, in its data block. */
export interface Settings {
  /** Where users sign in (OpenID Connect). */
  readonly issuer: string
  readonly clientId: string
  readonly scope: string
}

export const settings = JSON.parse(document.getElementById('app-settings')?.textContent || '{}') as Settings

/** The path of the page, without a slash at its end. */
export const BASE = import.meta.env.BASE_URL.replace(/\/$/, '')
