/** The sign-in page: shows the demo's customers, and signs the chosen one in. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type Provider from 'oidc-provider'
import { readBody } from '../../platform/http/message/body.ts'
import type { Begun } from './begun.ts'
import { failurePage, pageHeaders, signInPage } from './pages.ts'
import { people } from './people.ts'

const MAX_BODY = 1024 // bytes

/** @param begun remembers where finished sign-ins lead */
export async function answerSignIn(
  provider: Provider,
  begun: Begun,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const details = await provider.interactionDetails(request, response).catch(() => undefined)
  if (!details) return answerEnded(provider, begun, request, response)
  const application = URL.parse(String(details.params['redirect_uri']))?.host ?? 'the application'
  if (request.method !== 'POST') return send(response, 200, signInPage(people, application))
  const chosen = new URLSearchParams((await readBody(request, MAX_BODY)).toString('utf8')).get('person')
  if (!people.some(({ id }) => id === chosen)) return send(response, 400, signInPage(people, application))
  await provider.interactionFinished(request, response, { login: { accountId: chosen } })
}

/** Somebody went back, or waited for too long: the application knows whether they are signed in. */
async function answerEnded(
  provider: Provider,
  begun: Begun,
  { url = '' }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [, id = ''] = /^\/sign-in\/([\w-]+)$/.exec(url) ?? []
  const application = begun.applicationOf(id)
  // A sign-in that is not finished belongs to another browser.
  if (application === undefined || (await provider.Interaction.find(id)))
    return send(response, 400, failurePage('This sign-in is over. Go back to the application and start again.'))
  response.writeHead(303, { location: application, 'cache-control': 'no-store' }).end()
}

function send(response: ServerResponse, status: number, page: string): void {
  response.writeHead(status, pageHeaders).end(page)
}
