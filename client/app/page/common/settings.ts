/** The page's settings, which the gateway embeds in it. */
export interface Settings {
  /** The issuer where users sign in (OpenID Connect). */
  readonly issuer: string
  readonly clientId: string
  readonly scope: string
}

export const settings = JSON.parse(document.getElementById('app-settings')?.textContent || '{}') as Settings

/** The path of the page, without a slash at its end. */
export const BASE = import.meta.env.BASE_URL.replace(/\/$/, '')
