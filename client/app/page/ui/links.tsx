import type { ReactNode } from 'react'
import { Link } from 'wouter'

/** A link to the list that a screen belongs to. */
export const Back = ({ href, children }: { readonly href: string; readonly children: string }) => (
  <Link className="back" href={href}>
    ← {children}
  </Link>
)

interface LinkButtonProps {
  readonly href: string
  readonly look?: 'main' | 'plain'
  /** Initial state of the linked screen. */
  readonly state?: unknown
  readonly children: ReactNode
}

export const LinkButton = ({ look = 'main', children, ...link }: LinkButtonProps) => (
  <Link className={`button button-${look}`} {...link}>
    {children}
  </Link>
)
