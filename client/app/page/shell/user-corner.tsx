/** The signed-in user, display settings, and sign-out. */
import { LogOut } from 'lucide-react'
import { useState } from 'react'
import { useConnection, usePending } from '../graph/graph.tsx'
import { useMessages } from '../messages/messages.tsx'
import { isOfficer, session, type User } from '../sign-in/session.ts'
import { forgetTyped } from '../ui/typed.ts'
import { Button } from '../ui/ui.tsx'
import { Preferences } from './preferences.tsx'

export function UserCorner({ user }: { readonly user: User }) {
  const t = useMessages()
  const connection = useConnection()
  const isPending = usePending().length > 0
  const [isWarned, setWarned] = useState(false)
  const leave = (): void => {
    // Pending requests stay in this browser, and are retried when the user is back.
    if (isPending && !isWarned) setWarned(true)
    else {
      connection.close()
      forgetTyped()
      void session.signOut()
    }
  }
  return (
    <div className="user">
      <span className="user-name">
        {user.name}
        {isOfficer(user) && <span className="quiet">{t.user.officer}</span>}
      </span>
      <Preferences />
      <div role="status">{isPending && isWarned && <p className="quiet">{t.user.pending}</p>}</div>
      <Button look="quiet" onPress={leave}>
        <LogOut size={16} aria-hidden="true" /> {isPending && isWarned ? t.user.signOutAnyway : t.user.signOut}
      </Button>
    </div>
  )
}
