/**
 * Lets the gateway's playground stop and start services, in the demo: on loopback, with a token
 * that only the gateway gets.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { readBody } from '../platform/http/message/body.ts'
import { HttpError, parseJson, sendHttpError, sendJson } from '../platform/http/message/http-error.ts'
import { listen } from '../platform/http/server/listen.ts'
import {
  type ControlAddress,
  type ControlledServices,
  type ControlRequest,
  controlRequest,
} from '../platform/process/control.ts'
import type { ServerSpec } from './processes.ts'
import type { Supervised } from './supervise.ts'

/** An instance of a service under supervision. */
export interface Instance extends Pick<ServerSpec, 'name' | 'url'> {
  readonly kind: 'stateful' | 'stateless'
  readonly process: Supervised
}

export interface Control extends ControlAddress {
  /** Starts to control these instances. */
  serve(instances: () => readonly Instance[]): void
  close(): Promise<void>
}

const MAX_BODY = 1024 // bytes
const CLOSE = 1_000 // milliseconds

export async function openControl(): Promise<Control> {
  const token = randomBytes(32).toString('base64url')
  let instances: () => readonly Instance[] = () => []

  const answer = async (request: IncomingMessage): Promise<ControlledServices> => {
    if (!isSame(request.headers.authorization ?? '', `Bearer ${token}`))
      throw new HttpError(401, 'UNAUTHENTICATED', 'This is for the gateway that was started here.')
    if (request.method === 'POST') {
      const body = controlRequest.safeParse(parseJson((await readBody(request, MAX_BODY)).toString('utf8')))
      if (!body.success) throw new HttpError(400, 'BAD_USER_INPUT', 'The body must be {name, instance?, action}.')
      obey(instances(), body.data)
    } else if (request.method !== 'GET')
      throw new HttpError(405, 'BAD_USER_INPUT', 'Services are stopped and started with POST.', { allow: 'GET, POST' })
    return describe(instances())
  }

  const listener = await listen(
    async (request, response) => {
      try {
        sendJson(response, 200, await answer(request))
      } catch (error) {
        if (!(error instanceof HttpError)) throw error
        sendHttpError(response, error)
      }
    },
    { host: '127.0.0.1', port: 0 },
  )
  return {
    url: listener.url,
    token,
    serve(from) {
      instances = from
    },
    close: () => listener.drain(CLOSE),
  }
}

/** @throws HttpError if there is no such instance */
function obey(instances: readonly Instance[], { name, instance, action }: ControlRequest): void {
  const ofName = instances.filter((each) => each.name === name)
  const chosen = instance === undefined ? ofName : ofName.slice(instance, instance + 1)
  if (chosen.length === 0) throw new HttpError(404, 'BAD_USER_INPUT', 'There is no such instance here.')
  for (const { process } of chosen) {
    if (action === 'stop') process.hold()
    else process.release()
  }
}

function describe(instances: readonly Instance[]): ControlledServices {
  const services = Map.groupBy(instances, ({ name }) => name)
  return [...services].map(([name, ofName]) => ({
    name,
    kind: ofName[0]?.kind ?? 'stateful',
    instances: ofName.map(({ url, process }) => ({ url, state: process.state() })),
  }))
}

/** Digests have equal lengths, so comparing them reveals nothing about the token. */
const isSame = (one: string, other: string): boolean => timingSafeEqual(digestOf(one), digestOf(other))
const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()
