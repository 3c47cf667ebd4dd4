/**
 * What functions of the configuration are told of a request. They are copies, for a function that
 * hides a secret in what it writes to a log would otherwise change what runs; and the headers of a
 * connection and the caller of a token belong to later requests, too.
 */
import type { IncomingHttpHeaders } from 'node:http'
import { copyOfJson } from '../../platform/data/json-copy.ts'
import type { Caller } from '../../platform/protocol/caller.ts'
import type { Exchange } from './exchange.ts'

export const toldCaller = ({ caller }: Pick<Exchange, 'caller'>): Caller | undefined =>
  caller && { ...caller, scopes: new Set(caller.scopes), claims: copyOfJson(caller.claims) }

export const toldHeaders = ({ request }: Pick<Exchange, 'request'>): IncomingHttpHeaders => copyOfJson(request.headers)

export const toldVariables = ({ parameters }: Pick<Exchange, 'parameters'>): Record<string, unknown> => ({
  ...copyOfJson(parameters.variables),
})
