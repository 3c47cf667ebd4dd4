/** The page without a network. It keeps no data to show except pending requests to the bank. */
import { useMessages } from '../messages/messages.tsx'
import { Brand } from '../shell/brand.tsx'
import { Preferences } from '../shell/preferences.tsx'
import { useIsWaiting } from './waiting.ts'

export function OfflinePage() {
  const t = useMessages()
  const isWaiting = useIsWaiting()
  return (
    <main className="welcome">
      <title>{t.bank}</title>
      <Brand />
      <h1>{t.offline.title}</h1>
      <p className="lead">{t.offline.text}</p>
      <div role="status">{isWaiting && <p className="notice">{t.offline.waiting}</p>}</div>
      <Preferences />
    </main>
  )
}
