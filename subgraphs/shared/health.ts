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
    service: Pick<Service<object>, 'writes'>,
    state: () => LifecycleState,
    ready: () => Promise<void>,
  ): AnswerHealth =>
  async (response, path) => {
    const health = { ...identity, pid: process.pid }
    if (path === '/health/live') return sendJson(response, 200, { ...health, status: 'live' })
    const isAble =
      state() === 'ready' &&
      (await ready().then(
        () => true,
        () => false,
      ))
    const status = isAble ? 'ready' : state() === 'ready' ? 'unavailable' : state()
    const [name, value = ''] = writerHeader(service)
    sendJson(response, isAble ? 200 : 503, { ...health, status }, name === undefined ? {} : { [name]: value })
  }
