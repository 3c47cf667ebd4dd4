/** The link: sends queries and mutations by the next link, and follows subscriptions itself. */
import { ApolloLink, HttpLink, Observable } from '@apollo/client'
import { ServerError, ServerParseError } from '@apollo/client/errors'
import type { Answer, Failure } from '../connection/answer.ts'
import type { Connection } from '../connection/connection.ts'
import type { Send } from '../connection/drive.ts'
import { follow, type Subscription } from '../connection/follow.ts'
import type { Intent } from '../connection/intents.ts'
import { perform } from '../connection/perform.ts'

/** @param http how queries and mutations are sent, if not by an `HttpLink` */
export function tributaryLink(
  { core }: Connection,
  http: ApolloLink = new HttpLink({ uri: core.url, fetch: core.fetch }),
): ApolloLink {
  return new ApolloLink((operation, forward) => {
    const { query: document, operationName, variables, operationType } = operation
    const { headers: ownHeaders, intent, onStream } = operation.getContext() as Context
    if (operationType === 'subscription')
      return new Observable((observer) => follow(core, { document, operationName, variables, onStream }, observer))
    const send: Send<ApolloLink.Result> = (filled, headers, observer) => {
      operation.variables = { ...filled }
      operation.setContext({ headers: { ...ownHeaders, ...headers } })
      const subscription = forward(operation).subscribe(observer)
      return () => subscription.unsubscribe()
    }
    return new Observable<ApolloLink.Result>((observer) =>
      perform(core, { document, operationName, variables, intent, send, answerOf, failureOf }, observer),
    )
  }).concat(http)
}

type Headers = Readonly<Record<string, string>>

/** Options in an operation's context. */
interface Context {
  readonly headers?: Headers
  readonly intent?: Intent
  readonly onStream?: Subscription['onStream']
}

/** For an answer in parts, the first part. */
const answerOf = (result: ApolloLink.Result): Answer => result as Answer

const failureOf = (cause: unknown): Failure => ({
  cause,
  response: ServerError.is(cause) || ServerParseError.is(cause) ? cause.response : undefined,
})
