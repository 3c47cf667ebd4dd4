/** The pages of the demo's provider: plain HTML and CSS, without scripts. */
import { hash } from 'node:crypto'
import type { Person } from './people.ts'

const STYLE = `
:root { color-scheme: light dark; --river: light-dark(#0f5a78, #8fd0ea); --line: light-dark(#d5dde3, #37485a);
  --quiet: light-dark(#566570, #a9b8c6); font: 100%/1.5 Roboto, system-ui, sans-serif; }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100dvh; display: grid; place-items: center; padding: 1rem;
  background: light-dark(#eef3f6, #141d27); color: light-dark(#14232d, #e8eef3); }
main { width: 100%; max-width: 25rem; padding: 2rem; border: 1px solid var(--line); border-radius: .75rem;
  background: light-dark(#fff, #1d2935); }
.brand { margin: 0 0 1.25rem; color: var(--river); font-weight: 600; letter-spacing: .01em; }
h1 { margin: 0; font-size: 1.5rem; line-height: 1.25; }
p { margin: .5rem 0 0; color: var(--quiet); }
ul { margin: 1.5rem 0 0; padding: 0; list-style: none; display: grid; gap: .5rem; }
button { width: 100%; padding: .7rem 1rem; border: 1px solid var(--line); border-radius: .5rem; background: none; color: inherit;
  font: inherit; text-align: start; cursor: pointer; }
button:hover { border-color: var(--river); background: light-dark(#f3f9fb, #223242); }
button:focus-visible { outline: 3px solid var(--river); outline-offset: 2px; }
button strong, button span { display: block; }
button span { color: var(--quiet); font-size: .875rem; }
.actions { display: flex; flex-wrap: wrap; gap: .5rem; margin-top: 1.5rem; }
.actions button { flex: 1 1 9rem; text-align: center; }
.actions .main { border-color: transparent; background: light-dark(#0f5a78, #8fd0ea); color: light-dark(#fff, #0b2733); font-weight: 600; }
.actions .main:hover { background: light-dark(#0c4a63, #a9dcf0); }
footer { margin-top: 1.5rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--quiet); font-size: .875rem; }
@media (max-width: 30rem) { body { padding: 0; place-items: stretch; background: light-dark(#fff, #1d2935); }
  main { max-width: none; border: 0; border-radius: 0; padding: 1.5rem 1.25rem; } }
`

/** No `form-action`: it would forbid the redirect to the application. */
export const pagePolicy = [
  "default-src 'none'",
  `style-src 'sha256-${hash('sha256', STYLE, 'base64')}'`,
  'img-src data:',
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

export const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': pagePolicy,
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escaped = (text: string): string => text.replace(/[&<>"']/g, (letter) => ENTITIES[letter] ?? letter)

const page = (title: string, content: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)} – Tributary</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
<main>
<p class="brand">Tributary</p>
${content}
<footer>For development only. There are no passwords.</footer>
</main>
</html>
`

/** @param application where the sign-in leads */
export const signInPage = (people: readonly Person[], application: string): string =>
  page(
    'Sign in',
    `<h1>Sign in</h1>
<p>Choose a customer to continue to ${escaped(application)}.</p>
<form method="post">
<ul>
${people.map(personItem).join('\n')}
</ul>
</form>`,
  )

const personItem = ({ id, name, role }: Person): string =>
  `<li><button name="person" value="${escaped(id)}"><strong>${escaped(name)}</strong><span>${escaped(role)} · ${escaped(id)}</span></button></li>`

/** @param form what the provider has to be sent: it has the id of `LOGOUT_FORM` and no button */
export const signOutPage = (form: string): string =>
  page(
    'Sign out',
    `<h1>Sign out</h1>
<p>Do you want to leave the demo bank?</p>
${form}
<div class="actions">
<button class="main" form="${LOGOUT_FORM}" name="logout" value="yes">Sign out</button>
<button form="${LOGOUT_FORM}">Stay signed in</button>
</div>`,
  )

const LOGOUT_FORM = 'op.logoutForm'

export const goodbyePage = (): string =>
  page('Signed out', '<h1>You are signed out</h1>\n<p>You can close this page, or go back to the application.</p>')

export const failurePage = (why: string): string =>
  page('Sign-in failed', `<h1>That did not work</h1>\n<p>${escaped(why)}</p>`)
