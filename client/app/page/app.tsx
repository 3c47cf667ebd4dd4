/** The screens, by path. All but the first are loaded when they are opened. */
import { lazy, Suspense } from 'react'
import { I18nProvider } from 'react-aria-components'
import { Route, Router, Switch } from 'wouter'
import { AccountsPage } from './accounts/accounts.tsx'
import { BASE } from './common/settings.ts'
import { GraphOf } from './graph/graph.tsx'
import { useMessages, useSpoken } from './messages/messages.tsx'
import { OfflinePage } from './offline/offline.tsx'
import { MorePage } from './shell/more.tsx'
import { Shell } from './shell/shell.tsx'
import { type User, useSession } from './sign-in/session.ts'
import { LinkButton } from './ui/links.tsx'
import { Page, Skeleton } from './ui/ui.tsx'
import { WelcomePage } from './welcome/welcome.tsx'

/** Loaded when they are opened. */
const screens = [
  ['/pay', lazy(() => import('./pay/pay.tsx'))],
  ['/insights', lazy(() => import('./insights/insights.tsx'))],
  ['/loans', lazy(() => import('./loans/loans.tsx'))],
  ['/loans/new', lazy(() => import('./loans/new-loan.tsx'))],
  ['/standing-orders', lazy(() => import('./standing-orders/standing-orders.tsx'))],
  ['/standing-orders/new', lazy(() => import('./standing-orders/new-order.tsx'))],
  ['/holds', lazy(() => import('./holds/holds.tsx'))],
  ['/holds/new', lazy(() => import('./holds/new-hold.tsx'))],
  ['/exchange', lazy(() => import('./exchange/exchange.tsx'))],
  ['/statements', lazy(() => import('./statements/statements.tsx'))],
  ['/help', lazy(() => import('./help/help.tsx'))],
  ['/customers', lazy(() => import('./officers/customers.tsx'))],
  ['/decisions', lazy(() => import('./officers/decisions.tsx'))],
  ['/books', lazy(() => import('./officers/books.tsx'))],
] as const

const AccountPage = lazy(() => import('./accounts/account.tsx'))
const LoanPage = lazy(() => import('./loans/loan.tsx'))
const CustomerPage = lazy(() => import('./officers/customer.tsx'))
const ArticlePage = lazy(() => import('./help/article.tsx'))

export function App() {
  const session = useSession()
  const { locale } = useSpoken()
  return (
    <I18nProvider locale={locale}>
      {session.state === 'signedIn' ? (
        <SignedIn key={session.user.subject} user={session.user} />
      ) : session.state === 'offline' ? (
        <OfflinePage />
      ) : (
        <WelcomePage current={session} />
      )}
    </I18nProvider>
  )
}

/** Deletes a user's answers when the user leaves. */
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
              {screens.map(([path, Screen]) => (
                <Route key={path} path={path}>
                  <Screen />
                </Route>
              ))}
              <Route path="/loans/:id">{({ id }) => <LoanPage key={id} id={id} />}</Route>
              <Route path="/customers/:id">{({ id }) => <CustomerPage key={id} id={plain(id)} />}</Route>
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

/** Decodes a part of the address; an invalid one stays unchanged. */
function plain(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

function NotFound() {
  const t = useMessages()
  return (
    <Page title={t.notFound.title} lead={t.notFound.text}>
      <LinkButton look="plain" href="/">
        {t.notFound.home}
      </LinkButton>
    </Page>
  )
}
