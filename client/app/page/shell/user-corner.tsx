/** Who is signed in, how the page looks to them, and the way out. */
import { LogOut } from 'lucide-react'
import { useMessages } from '../messages/messages.tsx'
import { signOut, type User } from '../sign-in/session.ts'
import { Button } from '../ui/ui.tsx'
import { Preferences } from './preferences.tsx'

export function UserCorner({ user }: { readonly user: User }) {
  const t = useMessages()
  return (
    <div className="user">
      <span className="user-name">
        {user.name}
        {user.isOfficer && <span className="quiet">{t.user.officer}</span>}
      </span>
      <Preferences />
      <Button look="quiet" onPress={() => void signOut()}>
        <LogOut size={16} aria-hidden="true" /> {t.user.signOut}
      </Button>
    </div>
  )
}
