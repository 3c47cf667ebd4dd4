/** The help article for a screen; nothing if it is unavailable. */
import { useQuery } from '@apollo/client/react'
import { BookOpen } from 'lucide-react'
import { Link } from 'wouter'
import { HelpCardDocument } from '../generated/graphql.ts'
import { useSpoken } from '../messages/messages.tsx'

export function HelpCard({ slug }: { readonly slug: string }) {
  const { t, language } = useSpoken()
  const { data } = useQuery(HelpCardDocument, { variables: { slug, language } })
  const article = data?.article
  if (!article) return null
  return (
    <aside className="help" aria-label={t.help.title}>
      <BookOpen size={20} aria-hidden="true" />
      <div lang={article.locale}>
        <Link href={`/articles/${article.slug}`}>{article.title}</Link>
        {article.summary && <p className="quiet">{article.summary}</p>}
      </div>
    </aside>
  )
}
