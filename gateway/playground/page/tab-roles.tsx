/**
 * Makes GraphiQL's list of tabs one that assistive technology understands: a tab may not hold
 * buttons, and GraphiQL's hold two. So the tabs become items of a list, and the button of the open
 * one is the current one.
 */
import { useEffect } from 'react'

export function TabRoles() {
  useEffect(() => {
    const header = document.querySelector('.graphiql-session-header')
    if (!header) return
    const observer = new MutationObserver(() => amend(header))
    observer.observe(header, { subtree: true, childList: true, attributeFilter: ['aria-selected'] })
    amend(header)
    return () => observer.disconnect()
  }, [])
  return null
}

function amend(header: Element): void {
  header.querySelector('[role="tablist"]')?.setAttribute('role', 'list')
  for (const tab of header.querySelectorAll('[aria-selected]')) {
    const button = tab.querySelector('.graphiql-tab-button')
    if (tab.getAttribute('aria-selected') === 'true') button?.setAttribute('aria-current', 'true')
    else button?.removeAttribute('aria-current')
    tab.setAttribute('role', 'listitem')
    tab.removeAttribute('aria-selected')
  }
}
