/** The screens, by path. All but the first are loaded when they are opened. */
import { lazy, Suspense } from 'react'
import { I18nProvider } from 'react-aria-components'
import { Link, Route, Router, Switch } from 'wouter'
import { AccountsPage } from './accounts/accounts.tsx'
import { BASE } from './common/settings.ts'
import { GraphOf } from './graph/graph.tsx'
import { useMessages, useSpoken } from './messages/messages.tsx'
import { MorePage } from './shell/more.tsx'
import { Shell } from './shell/shell.tsx'
import { type User, useSession } from './sign-in/session.ts'
import { Page, Skeleton } from './ui/ui.tsx'
import { WelcomePage } from './welcome/welcome.tsx'

const AccountPage = lazy(() => import('./accounts/account.tsx'))
const ArticlePage = lazy(() => import('./help/article.tsx'))
const HelpPage = lazy(() => import('./help/help.tsx'))
const InsightsPage = lazy(() => import('./insights/insights.tsx'))
const PayPage = lazy(() => import('./pay/pay.tsx'))

export function App() {
  const session = useSession()
  const { locale } = useSpoken()
  return (
    <I18nProvider locale={locale}>
      {session.state === 'signedIn' ? (
        <SignedIn key={session.user.subject} user={session.user} />
      ) : (
        <WelcomePage session={session} />
      )}
    </I18nProvider>
  )
}

/** A user's answers are gone with the user. */
function SignedIn({ user }: { readonly user: User }) {
  return (
    <GraphOf subject={user.subject}>
      <Router base={BASE}>
        <Shell user={user}>
          <Suspense fallback={<Skeleton lines={6} />}>
            <Switch>
              <Route path="/">
                <AccountsPage name={user.name} />
              </Route>
              <Route path="/accounts/:id">{({ id }) => <AccountPage key={id} id={id} />}</Route>
              <Route path="/pay">
                <PayPage />
              </Route>
              <Route path="/insights">
                <InsightsPage />
              </Route>
              <Route path="/help">
                <HelpPage />
              </Route>
              <Route path="/articles/:slug">{({ slug }) => <ArticlePage key={slug} slug={slug} />}</Route>
              <Route path="/more">
                <MorePage user={user} />
              </Route>
              <Route>
                <NotFound />
              </Route>
            </Switch>
          </Suspense>
        </Shell>
      </Router>
    </GraphOf>
  )
}

function NotFound() {
  const t = useMessages()
  return (
    <Page title={t.notFound.title} lead={t.notFound.text}>
      <Link className="button button-plain" href="/">
        {t.notFound.home}
      </Link>
    </Page>
  )
}
