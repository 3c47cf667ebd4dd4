/** The session of the app's user. */
import { useSyncExternalStore } from 'react'
import { createSignIn, type SignedInUser, type SignInState } from '../../../sign-in/index.ts'
import { BASE, settings } from '../common/settings.ts'

export type User = SignedInUser

export const session = createSignIn({
  ...settings,
  redirectUri: `${location.origin}${BASE}/`,
  name: 'tributary-app',
})

export const useSession = (): SignInState => useSyncExternalStore(session.subscribe, session.state)

export function useUser(): User | undefined {
  const current = useSession()
  return current.state === 'signedIn' ? current.user : undefined
}

export const isOfficer = (user: User | undefined): boolean => user?.scopes.has('banking:officer') ?? false
