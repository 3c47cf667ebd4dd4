/** The bar above GraphiQL: what this is, and the choice of whom to sign in as. */
import { useEffect, useState } from 'react'
import type { Session } from './session.ts'

const SIGNED_OUT = 'signed out'

export function Header({ callers, session }: { readonly callers: readonly string[]; readonly session: Session }) {
  return (
    <header className="bar">
      <h1>Tributary</h1>
      <p className="help">
        Pick a tab and run it with <kbd>Ctrl</kbd>+<kbd>Enter</kbd>.
        {callers.length > 0 && ' Banking answers only to somebody who is signed in.'}
      </p>
      {callers.length > 0 && <SignIn callers={callers} session={session} />}
    </header>
  )
}

function SignIn({ callers, session }: { readonly callers: readonly string[]; readonly session: Session }) {
  const [chosen, setChosen] = useState<string | null>(null)
  const [status, setStatus] = useState('')
  const [failed, setFailed] = useState(false)

  const choose = async (caller: string | null): Promise<void> => {
    setChosen(caller)
    setStatus(caller === null ? '' : 'Signing in…')
    setFailed(false)
    try {
      await session.signIn(caller)
      setStatus(caller === null ? 'Signed out.' : `Signed in as ${caller}.`)
    } catch (error) {
      setChosen(null)
      setFailed(true)
      setStatus(error instanceof Error ? error.message : 'Signing in failed.')
    }
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the page opens
  useEffect(() => {
    if (session.remembered !== null && callers.includes(session.remembered)) void choose(session.remembered)
  }, [])

  return (
    <div className="sign-in" data-signed-in={chosen !== null}>
      <label htmlFor="caller">You are</label>
      <select
        id="caller"
        value={chosen ?? ''}
        aria-describedby="sign-in-status"
        onChange={(event) => void choose(event.target.value === '' ? null : event.target.value)}
      >
        <option value="">{SIGNED_OUT}</option>
        {callers.map((caller) => (
          <option key={caller}>{caller}</option>
        ))}
      </select>
      <span id="sign-in-status" role="status" data-failed={failed}>
        {status}
      </span>
    </div>
  )
}
