/** Standing orders: transfers that the bank makes on scheduled days. */
import { useQuery } from '@apollo/client/react'
import { formatDay } from '../format/dates.ts'
import { CancelOrderDocument, type OrderFactsFragment, StandingOrdersDocument } from '../generated/graphql.ts'
import { HelpCard } from '../help/card.tsx'
import { useSpoken } from '../messages/messages.tsx'
import { Confirm } from '../ui/confirm.tsx'
import { LinkButton } from '../ui/links.tsx'
import { Listed, Rows } from '../ui/listed.tsx'
import { useOnce } from '../ui/once.ts'
import { refusalText } from '../ui/outcome.tsx'
import { Card, Money, Page } from '../ui/ui.tsx'
import { ChangeOrder } from './change.tsx'
import { copyOf } from './copy.ts'

export default function StandingOrdersPage() {
  const { t } = useSpoken()
  const query = useQuery(StandingOrdersDocument, {
    fetchPolicy: 'cache-and-network',
  })
  return (
    <Page
      title={t.orders.title}
      lead={t.orders.lead}
      actions={<LinkButton href="/standing-orders/new">{t.orders.new}</LinkButton>}
    >
      <Card>
        <Listed
          query={query}
          connection={query.data?.me?.schedules}
          empty={t.orders.empty}
          isNobody={query.data?.me === null}
        >
          {(nodes) => <Rows nodes={nodes}>{(node) => <Order order={node} />}</Rows>}
        </Listed>
      </Card>
      <HelpCard slug="how-a-transfer-moves" />
    </Page>
  )
}

function Order({ order }: { readonly order: OrderFactsFragment }) {
  const { t, locale } = useSpoken()
  const { id, state, from, to, amount, reference, frequency, nextOn, until, runs } = order
  const cancel = useOnce(CancelOrderDocument)
  const payee = to?.name ?? '–'
  const [last] = runs.edges.map(({ node }) => node)
  return (
    <li className="row row-wrap">
      <div className="row-what">
        <strong>{payee}</strong>
        <span className="quiet">
          {[t.orders.often[frequency], reference, from && t.orders.from(from.name)].filter(Boolean).join(' · ')}
        </span>
        {nextOn && (
          <span className="quiet">
            {[t.orders.next(formatDay(nextOn, locale)), until && t.orders.last(formatDay(until, locale))]
              .filter(Boolean)
              .join(' · ')}
          </span>
        )}
        {last?.code && (
          <span className="fault">
            {t.orders.missed(formatDay(last.dueOn, locale))}{' '}
            {refusalText({ code: last.code, message: last.message ?? '' }, t)}
          </span>
        )}
      </div>
      <div className="row-money">
        <Money value={amount} />
        <span className={state === 'ACTIVE' ? 'tag' : 'quiet'}>{t.orders.states[state]}</span>
      </div>
      <div className="row-actions">
        {state === 'ACTIVE' && <ChangeOrder order={order} payee={payee} />}
        <LinkButton look="plain" href="/standing-orders/new" state={copyOf(order, locale)}>
          {t.orders.copy}
        </LinkButton>
        {state === 'ACTIVE' && (
          <Confirm
            action={t.orders.cancel}
            title={t.orders.cancelTitle(payee)}
            request={cancel}
            variables={{ input: { scheduleId: id } }}
          />
        )}
      </div>
    </li>
  )
}
