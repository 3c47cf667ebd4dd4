/** The frame of every screen of a signed-in user: navigation, user, and outages. */
import { useApolloClient } from '@apollo/client/react'
import { Ellipsis } from 'lucide-react'
import { type ReactNode, useEffect, useRef } from 'react'
import { Link, useLocation } from 'wouter'
import { useMessages } from '../messages/messages.tsx'
import type { User } from '../sign-in/session.ts'
import { Boundary } from './boundary.tsx'
import { Brand } from './brand.tsx'
import { Outages } from './outages.tsx'
import { PendingNotices } from './pending.tsx'
import { UserCorner } from './user-corner.tsx'
import { MAIN_WAYS, waysOf } from './ways.ts'

export function Shell({ user, children }: { readonly user: User; readonly children: ReactNode }) {
  const t = useMessages()
  const client = useApolloClient()
  const [path] = useLocation()
  const main = useRef<HTMLElement>(null)
  const last = useRef(path)
  // Announces a new page to screen readers, and scrolls to its top.
  useEffect(() => {
    if (last.current === path) return
    last.current = path
    scrollTo(0, 0)
    main.current?.focus({ preventScroll: true })
  }, [path])
  return (
    <>
      <a className="skip" href="#main">
        {t.skip}
      </a>
      <div className="shell">
        <header className="side">
          <Link className="brand-link" href="/">
            <Brand />
          </Link>
          <Ways path={path} user={user} />
          <UserCorner user={user} />
        </header>
        <main id="main" tabIndex={-1} ref={main}>
          <Outages client={client} />
          <PendingNotices />
          <Boundary key={path}>{children}</Boundary>
        </main>
      </div>
    </>
  )
}

function Ways({ path, user }: { readonly path: string; readonly user: User }) {
  const t = useMessages()
  const isAt = (start: string): boolean => path === start || path.startsWith(`${start}/`)
  const isHere = (href: string, also?: string): boolean =>
    path === href || (href !== '/' && isAt(href)) || (also !== undefined && isAt(also))
  return (
    <nav aria-label={t.nav.label}>
      <ul>
        {waysOf(user).map(({ href, name, Icon, also }, at) => (
          <li key={href} className={at < MAIN_WAYS ? undefined : 'desk-only'}>
            <Link href={href} aria-current={isHere(href, also) ? 'page' : undefined}>
              <Icon size={20} aria-hidden="true" />
              <span>{name(t)}</span>
            </Link>
          </li>
        ))}
        <li className="phone-only">
          <Link href="/more" aria-current={isAt('/more') ? 'page' : undefined}>
            <Ellipsis size={20} aria-hidden="true" />
            <span>{t.nav.more}</span>
          </Link>
        </li>
      </ul>
    </nav>
  )
}
