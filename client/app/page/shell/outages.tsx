/** Shows outages: prominently only if nothing works without the service. */
import type { ApolloClient } from '@apollo/client'
import { askAgain, useOutages } from '../graph/outages.ts'
import { useMessages } from '../messages/messages.tsx'
import { Button } from '../ui/ui.tsx'

export function Outages({ client }: { readonly client: ApolloClient }) {
  const t = useMessages()
  const away = useOutages(client)
  const loud = away.includes('network') ? t.outage.network : away.includes('banking') ? t.outage.bank : undefined
  return (
    <>
      <div role="alert">
        {loud && (
          <div className="notice notice-loud">
            <p>
              {loud} {t.outage.trying}
            </p>
            <Button onPress={() => void askAgain(client)}>{t.retry}</Button>
          </div>
        )}
      </div>
      <div role="status">
        {!loud && away.includes('weather') && <p className="notice">{t.outage.weather}</p>}
        {!loud && away.includes('content') && <p className="notice">{t.outage.content}</p>}
      </div>
    </>
  )
}
