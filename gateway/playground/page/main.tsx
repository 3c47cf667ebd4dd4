/**
 * The page's entry: reads what the gateway embedded, then shows the header and GraphiQL below it.
 */
import 'graphiql/setup-workers/vite' // the editors' workers, bundled, so that none is fetched from elsewhere
import 'graphiql/style.css'
import './page.css'
import { createLocalStorage } from '@graphiql/toolkit'
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { PlanPanel } from './answer/panel.tsx'
import { isNarrow } from './common/narrow.ts'
import { createRuns } from './common/runs.ts'
import type { PlaygroundSettings } from './common/settings.ts'
import { createFetcher } from './fetcher.ts'
import { FirstRun } from './first-run.tsx'
import { Header } from './header.tsx'
import { createLoginPage } from './login-page.ts'
import { mapPlugin } from './map/map.tsx'
import { servicesPlugin } from './services/services.tsx'
import { createSession } from './session.ts'
import { TabRoles } from './tab-roles.tsx'

const element = (id: string): HTMLElement => {
  const found = document.getElementById(id)
  if (!found) throw new Error(`The page has no element "${id}".`)
  return found
}

const settings = JSON.parse(element('playground-settings').textContent) as PlaygroundSettings
const session = createSession(settings.callers, settings.provider && createLoginPage(settings.provider))
const isDemo = settings.callers.length > 0
const plugins = [...(settings.canStop ? [servicesPlugin] : []), ...(isDemo ? [mapPlugin] : []), HISTORY_PLUGIN]
const runs = createRuns()
const fetcher = createFetcher({
  url: settings.path,
  authorization: session.authorization,
  runs: isDemo ? runs : undefined,
})
// GraphiQL ends a subscription when another tab is opened, so money moves without one.
const transfer = settings.tabs.find(({ query }) => /^mutation SendMoney\b/m.test(query))
const quiet = createFetcher({ url: settings.path, authorization: session.authorization, runs: undefined })
const beside = transfer && {
  label: 'Send money',
  run: async () => quiet({ query: transfer.query, variables: JSON.parse(transfer.variables) }),
}
// Another GraphiQL on the same host and port, now or last year, keeps its tabs to itself. The
// number grows with the shipped operations, so that a visitor of before gets the new ones. So has
// the page of each contract variant.
const storage = createLocalStorage({ namespace: `tributary-3${settings.path === '/graphql' ? '' : settings.path}` })
const first = settings.tabs[0]?.query
const isRead = first !== undefined && !/^(mutation|subscription)\b/m.test(first)

createRoot(element('root')).render(
  <StrictMode>
    <Header callers={settings.callers} services={settings.services} session={session} />
    <main>
      <GraphiQL
        fetcher={fetcher}
        storage={storage}
        plugins={plugins}
        defaultTabs={settings.tabs.map(({ query, variables }) => ({ query, variables, headers: null }))}
        defaultEditorToolsVisibility={isNarrow() ? false : 'variables'}
        schemaDescription
        inputValueDeprecation
      >
        <GraphiQL.Logo>
          <span className="logo">{settings.path}</span>
        </GraphiQL.Logo>
        <TabRoles />
        {isDemo && <FirstRun query={isRead ? first : undefined} session={session} />}
        {isDemo && (
          <GraphiQL.Footer>
            <PlanPanel runs={runs} tabs={settings.tabs} services={settings.services} beside={beside} />
          </GraphiQL.Footer>
        )}
      </GraphiQL>
    </main>
  </StrictMode>,
)
