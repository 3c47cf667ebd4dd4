/** All help articles, and a search over them. */
import { useQuery } from '@apollo/client/react'
import { useDeferredValue, useState } from 'react'
import { Link } from 'wouter'
import { HelpListDocument, type HelpListQuery, HelpSearchDocument } from '../generated/graphql.ts'
import { useSpoken } from '../messages/messages.tsx'
import { TextBox } from '../ui/fields.tsx'
import { useSettledText } from '../ui/settled-text.ts'
import { Card, Loaded, Page } from '../ui/ui.tsx'

type Article = HelpListQuery['articles']['edges'][number]['node']

export default function HelpPage() {
  const { t, language } = useSpoken()
  const [text, setText] = useState('')
  const wanted = useDeferredValue(useSettledText(text.trim()))
  const isSearch = wanted.length > 1
  const list = useQuery(HelpListDocument, { variables: { language }, skip: isSearch })
  const search = useQuery(HelpSearchDocument, { variables: { text: wanted, language }, skip: !isSearch })
  const found = isSearch ? search.data?.search : list.data?.articles
  const articles = found?.edges.map(({ node }) => node)
  const { error, refetch } = isSearch ? search : list
  return (
    <Page title={t.help.title}>
      <Card>
        <TextBox label={t.help.search} value={text} onChange={setText} type="search" maxLength={200} />
        <Loaded
          value={articles}
          isEmpty={articles?.length === 0}
          empty={t.help.none}
          error={error}
          onRetry={() => refetch()}
        >
          {(some) => <Articles articles={some} />}
        </Loaded>
      </Card>
    </Page>
  )
}

const Articles = ({ articles }: { readonly articles: readonly Article[] }) => (
  <ul className="rows rows-after">
    {articles.map(({ id, slug, locale, title, summary }) => (
      <li key={id} className="row" lang={locale}>
        <div className="row-what">
          <Link href={`/articles/${slug}`}>{title}</Link>
          {summary && <span className="quiet">{summary}</span>}
        </div>
      </li>
    ))}
  </ul>
)
