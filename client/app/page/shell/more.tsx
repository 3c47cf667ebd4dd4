/** On a phone: navigation that does not fit at the bottom, and the user menu. */
import { Link } from 'wouter'
import { useMessages } from '../messages/messages.tsx'
import type { User } from '../sign-in/session.ts'
import { Card, Page } from '../ui/ui.tsx'
import { UserCorner } from './user-corner.tsx'
import { MAIN_WAYS, waysOf } from './ways.ts'

export function MorePage({ user }: { readonly user: User }) {
  const t = useMessages()
  const others = waysOf(user).slice(MAIN_WAYS)
  return (
    <Page title={t.nav.more}>
      {others.length > 0 && (
        <ul className="ways card">
          {others.map(({ href, name, Icon }) => (
            <li key={href}>
              <Link href={href}>
                <Icon size={20} aria-hidden="true" /> {name(t)}
              </Link>
            </li>
          ))}
        </ul>
      )}
      <Card>
        <UserCorner user={user} />
      </Card>
    </Page>
  )
}
