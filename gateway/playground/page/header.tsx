/** The bar above GraphiQL: what this is, which services keep state, and who is signed in. */
import { useSyncExternalStore } from 'react'
import { KindMark } from '../../map/page/kind-mark.tsx'
import type { PlaygroundSettings, ServiceOfGraph } from './common/settings.ts'
import type { Session } from './session.ts'

interface HeaderProps extends Pick<PlaygroundSettings, 'callers' | 'services'> {
  readonly session: Session
}

export function Header({ callers, services, session }: HeaderProps) {
  return (
    <header className="bar">
      <h1>Tributary</h1>
      <WhatThisIs services={services} />
      {callers.length > 0 && <SignIn callers={callers} session={session} />}
    </header>
  )
}

function WhatThisIs({ services }: { readonly services: readonly ServiceOfGraph[] }) {
  const stateful = services.filter(({ kind }) => kind === 'stateful')
  const stateless = services.filter(({ kind }) => kind === 'stateless')
  return (
    <p className="what">
      One GraphQL API over services of two kinds.
      {stateful.length > 0 && (
        <>
          {' '}
          <Names services={stateful} /> {stateful.length > 1 ? 'keep' : 'keeps'} <strong>state</strong>: it knows the
          caller, and what it writes stays.
        </>
      )}
      {stateless.length > 0 && (
        <>
          {' '}
          <Names services={stateless} /> {stateless.length > 1 ? 'keep' : 'keeps'} <strong>none</strong>: any instance
          answers, and answers are cached and shared.
        </>
      )}
    </p>
  )
}

const Names = ({ services }: { readonly services: readonly ServiceOfGraph[] }) =>
  services.map(({ name, kind }, index) => (
    <span key={name}>
      {index > 0 && (index === services.length - 1 ? ' and ' : ', ')}
      <span className="named" data-kind={kind}>
        <KindMark kind={kind} /> {name}
      </span>
    </span>
  ))

function SignIn({ callers, session }: { readonly callers: readonly string[]; readonly session: Session }) {
  const { caller, status, failed } = useSyncExternalStore(session.subscribe, session.state)
  return (
    <div className="sign-in" data-signed-in={caller !== null}>
      {caller === null && session.leave ? (
        <>
          <span>Signed out</span>
          <button type="button" onClick={session.leave}>
            Sign in…
          </button>
        </>
      ) : (
        <Choice callers={callers} caller={caller} session={session} />
      )}
      <span id="sign-in-status" role="status" data-failed={failed}>
        {status}
      </span>
    </div>
  )
}

interface ChoiceProps {
  readonly callers: readonly string[]
  readonly caller: string | null
  readonly session: Session
}

/** Plays another caller at once, without a login page. */
function Choice({ callers, caller, session }: ChoiceProps) {
  return (
    <>
      <label htmlFor="caller">You are</label>
      <select
        id="caller"
        value={caller ?? ''}
        aria-describedby="sign-in-status"
        onChange={(event) => void session.signIn(event.target.value)}
      >
        {caller === null && <option value="">signed out</option>}
        {callers.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      {caller !== null && (
        <button type="button" onClick={session.signOut}>
          Sign out
        </button>
      )}
    </>
  )
}
