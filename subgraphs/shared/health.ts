/** Answers `/health/live` and `/health/ready`. */
import type { ServerResponse } from 'node:http'
import { sendJson } from '../../platform/http/message/http-error.ts'
import type { LifecycleState } from '../../platform/process/lifecycle.ts'
import type { Service } from './service.ts'
import { writerHeader } from './writer-header.ts'

type AnswerHealth = (response: ServerResponse, path: string) => Promise<void>

/** @param ready rejects while the service cannot serve */
export const createAnswerHealth =
  (
    identity: { readonly service: string; readonly kind: string },
    service: Pick<Service<object>, 'writes' | 'store'>,
    state: () => LifecycleState,
    ready: () => Promise<void>,
  ): AnswerHealth =>
  async (response, path) => {
    const health = { ...identity, pid: process.pid }
    if (path === '/health/live') return sendJson(response, 200, { ...health, status: 'live' })
    const found = await ready().then(
      () => 'ready' as const,
      () => 'unavailable' as const,
    )
    const status = state() === 'ready' ? found : state()
    const isAble = status === 'ready'
    const store = service.store === undefined ? {} : { store: { name: service.store, status: found } }
    const [name, value = ''] = writerHeader(service)
    sendJson(response, isAble ? 200 : 503, { ...health, status, ...store }, name === undefined ? {} : { [name]: value })
  }
