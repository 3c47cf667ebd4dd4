/** Replaces a screen that failed to load or render; everything around it stays. */
import { Component, type ReactNode } from 'react'
import { useMessages } from '../messages/messages.tsx'
import { Button, Page } from '../ui/ui.tsx'

interface BoundaryProps {
  readonly children: ReactNode
}

export class Boundary extends Component<BoundaryProps, { readonly isBroken: boolean }> {
  override state = { isBroken: false }

  static getDerivedStateFromError() {
    return { isBroken: true }
  }

  override render() {
    return this.state.isBroken ? <Broken /> : this.props.children
  }
}

/** After an update of the app the old files are gone: the page must be reloaded. */
function Broken() {
  const t = useMessages()
  return (
    <Page title={t.broken.title} lead={t.broken.text}>
      <Button look="main" onPress={() => location.reload()}>
        {t.broken.reload}
      </Button>
    </Page>
  )
}
