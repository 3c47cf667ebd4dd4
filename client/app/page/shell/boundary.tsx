/** In the place of a screen that could not be loaded or drawn; everything around it stays. */
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

/**
 * After an update of the app, the files of the old one are gone: the page has to be loaded anew.
 */
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
