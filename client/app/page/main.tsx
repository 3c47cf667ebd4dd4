/** Opens the session, and renders the app. */
import './styles/base.css'
import './styles/parts.css'
import './styles/shell.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { SpokenLanguage } from './messages/messages.tsx'
import { keepForOffline } from './offline/keep.ts'
import { applyTheme } from './shell/theme.ts'
import { session } from './sign-in/session.ts'
import { guardDoubleClicks } from './ui/double-click.ts'

applyTheme()
void session.open()
keepForOffline()
guardDoubleClicks()
createRoot(document.getElementById('root') ?? document.body).render(
  <StrictMode>
    <SpokenLanguage>
      <App />
    </SpokenLanguage>
  </StrictMode>,
)
