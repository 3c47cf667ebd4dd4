/** An article, built from its sanitized tree: no markup is ever parsed. */
import { useQuery } from '@apollo/client/react'
import type { Nodes } from 'hast'
// MIT; turns an HTML tree into React elements.
import { toJsxRuntime } from 'hast-util-to-jsx-runtime'
import type { ComponentProps } from 'react'
import { Fragment, jsx, jsxs } from 'react/jsx-runtime'
import { Link } from 'wouter'
import { BASE } from '../common/settings.ts'
import { HelpArticleDocument } from '../generated/graphql.ts'
import { useSpoken } from '../messages/messages.tsx'
import { Found } from '../ui/found.tsx'
import { Back } from '../ui/links.tsx'
import { Page } from '../ui/ui.tsx'

export default function ArticlePage({ slug }: { readonly slug: string }) {
  const { t, language } = useSpoken()
  const query = useQuery(HelpArticleDocument, { variables: { slug, language } })
  return (
    <>
      <Back href="/help">{t.help.all}</Back>
      <Found query={query} value={query.data?.article} missing={t.help.notFound}>
        {({ title, summary, locale, readingTime, ast }) => (
          <Page title={title} lead={t.help.minutes(readingTime)}>
            <article className="article" lang={locale}>
              {summary && <p className="article-summary">{summary}</p>}
              {toJsxRuntime(ast as Nodes, { Fragment, jsx, jsxs, components: { a: Anchor, pre: Pre, table: Table } })}
            </article>
          </Page>
        )}
      </Found>
    </>
  )
}

/** Articles link to each other within the app. */
function Anchor({ href = '', children, ...others }: ComponentProps<'a'>) {
  const own = `${BASE}/`
  if (href.startsWith(own)) return <Link href={href.slice(BASE.length)}>{children}</Link>
  return (
    <a {...others} href={href}>
      {children}
    </a>
  )
}

// biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
const Pre = (props: ComponentProps<'pre'>) => <pre {...props} tabIndex={0} />

const Table = (props: ComponentProps<'table'>) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
  <section className="wide" tabIndex={0}>
    <table {...props} />
  </section>
)
