/**
 * The page at `/` of the admin port: the live map, after the admin token where one is asked for.
 */
import './page.css'
import { type FormEvent, StrictMode, useCallback, useMemo, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { LiveMap } from './panel.tsx'
import { mapSource } from './source.ts'

function Page() {
  /** In memory only: a new visit asks again. */
  const [token, setToken] = useState<string>()
  const [isRefused, setRefused] = useState(false)
  const source = useMemo(() => mapSource('/map/events', token), [token])
  const onRefused = useCallback(() => setRefused(true), [])
  const use = (next: string): void => {
    setToken(next)
    setRefused(false)
  }
  return (
    <>
      <header className="bar">
        <h1>Tributary</h1>
        <p>The gateway, the services behind it, and what keeps state</p>
      </header>
      <main>
        {isRefused ? (
          <AskForToken wasWrong={token !== undefined} onToken={use} />
        ) : (
          <LiveMap source={source} onRefused={onRefused} />
        )}
      </main>
    </>
  )
}

interface AskProps {
  readonly wasWrong: boolean
  readonly onToken: (token: string) => void
}

function AskForToken({ wasWrong, onToken }: AskProps) {
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    onToken(String(new FormData(event.currentTarget).get('token') ?? '').trim())
  }
  return (
    <form className="token" onSubmit={submit}>
      <label htmlFor="token">This port asks for the admin token (ADMIN_TOKEN).</label>
      <input id="token" name="token" type="password" autoComplete="off" required />
      {wasWrong && <p role="alert">That is not the token.</p>}
      <button type="submit">Show the map</button>
    </form>
  )
}

const root = document.getElementById('root')
if (!root) throw new Error('The page has no element "root".')
createRoot(root).render(
  <StrictMode>
    <Page />
  </StrictMode>,
)
