/** For officers: the customers of the bank. */
import { useQuery } from '@apollo/client/react'
import { useState } from 'react'
import { Link } from 'wouter'
import { CustomersDocument } from '../generated/graphql.ts'
import { useMessages } from '../messages/messages.tsx'
import { TextBox } from '../ui/fields.tsx'
import { Listed } from '../ui/listed.tsx'
import { useSettledText } from '../ui/settled-text.ts'
import { Card, Page } from '../ui/ui.tsx'

export default function CustomersPage() {
  const t = useMessages()
  const [text, setText] = useState('')
  const search = useSettledText(text.trim())
  const query = useQuery(CustomersDocument, {
    variables: search === '' ? {} : { search },
    fetchPolicy: 'cache-and-network',
  })
  return (
    <Page title={t.officers.customers}>
      <Card>
        <TextBox label={t.officers.search} value={text} onChange={setText} type="search" maxLength={64} />
        <Listed query={query} connection={query.data?.customers} empty={t.help.none}>
          {(customers) => (
            <ul className="rows rows-after">
              {customers.map(({ id, name, email }) => (
                <li key={id} className="row">
                  <div className="row-what">
                    <Link href={`/customers/${encodeURIComponent(id)}`}>{name}</Link>
                    <span className="quiet">{email}</span>
                  </div>
                  <span className="quiet">{id}</span>
                </li>
              ))}
            </ul>
          )}
        </Listed>
      </Card>
    </Page>
  )
}
