/** The screen for signed-out users. */

import type { SignInState } from '../../../sign-in/index.ts'
import { useMessages } from '../messages/messages.tsx'
import { useIsWaiting } from '../offline/waiting.ts'
import { Brand } from '../shell/brand.tsx'
import { Preferences } from '../shell/preferences.tsx'
import { session } from '../sign-in/session.ts'
import { Button } from '../ui/ui.tsx'

export function WelcomePage({ current }: { readonly current: SignInState }) {
  const t = useMessages()
  const isWaiting = useIsWaiting()
  const isBusy = current.state !== 'signedOut'
  const why = current.state === 'signedOut' && current.why
  const fault = isSecureContext ? why && t.signIn[why] : t.signIn.insecure
  return (
    <main className="welcome">
      <title>{t.bank}</title>
      <Brand />
      <h1>{t.signIn.title}</h1>
      <p className="lead">{t.signIn.text}</p>
      {fault && (
        <p className="notice notice-loud" role="alert">
          {fault}
        </p>
      )}
      <div role="status">{isWaiting && !isBusy && <p className="notice">{t.user.pending}</p>}</div>
      <Button look="main" isPending={isBusy} isDisabled={!isSecureContext} onPress={() => void session.signIn()}>
        {isBusy ? t.signIn.leaving : t.signIn.action}
      </Button>
      <Preferences />
    </main>
  )
}
