/** A team's own functions that run at fixed points of a request. */
import type { IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'
import type { Caller } from '../../../platform/protocol/caller.ts'
import { milliseconds } from './values.ts'

/** The client's request as every hook sees it. */
export interface HookRequest {
  readonly requestId: string
  /** `traceparent` of the request's trace (W3C Trace Context). */
  readonly traceparent: string
  /** The contract variant that is asked; `undefined` for the whole schema. */
  readonly variant: string | undefined
  readonly method: string | undefined
  readonly headers: Readonly<IncomingHttpHeaders>
  /** The client's address; `undefined` if it is not known. */
  readonly address: string | undefined
  /** `undefined` if signed out, or before tokens are verified. */
  readonly caller: Caller | undefined
  /** Values that the hooks of one request share. */
  readonly context: Map<string, unknown>
}

export interface HookOperation extends HookRequest {
  readonly type: 'query' | 'mutation' | 'subscription'
  readonly operationName: string | undefined
  /** The text of the document. */
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
  /** The estimated cost. */
  readonly cost: number
}

/** One try of a call to one service. */
export interface HookServiceRequest {
  readonly service: string
  readonly kind: 'stateful' | 'stateless'
  readonly requestId: string
  /** `traceparent` as the service gets it. */
  readonly traceparent: string | undefined
  /** From 1 on, with retries and hedging. */
  readonly attempt: number
  /** Absent for a stateless service: its call may answer several clients. */
  readonly request: HookRequest | undefined
  /** `{query, variables}`, parsed at each call of this. */
  body(): unknown
  /** Sets a header of this try. Headers that the gateway writes itself are refused. */
  setHeader(name: string, value: string): void
}

export interface HookServiceResponse extends Omit<HookServiceRequest, 'setHeader' | 'body'> {
  readonly milliseconds: number
  /** The code of the failure, if there is no answer. */
  readonly failed: string | undefined
  /**
   * `{data, errors}` as the service gave it, parsed at each call of this; `undefined` if it failed.
   */
  body(): unknown
}

/** A whole answer to a client. */
export interface HookAnswer extends HookOperation {
  /** `{data, errors}`, parsed at each call of this. */
  body(): { readonly data?: unknown; readonly errors?: readonly unknown[] }
  /** Replaces the answer. */
  replace(body: { readonly data?: unknown; readonly errors?: readonly ShownError[] }): void
  setHeader(name: string, value: string): void
}

export type HookEvent = Omit<HookAnswer, 'setHeader'>

export interface ShownError {
  readonly message: string
  readonly path?: readonly (string | number)[]
  readonly extensions?: Readonly<Record<string, unknown>>
}

/** An error on its way to the client. */
export interface HookError {
  readonly requestId: string
  readonly traceparent: string | undefined
  /** The thrown error. */
  readonly error: unknown
  /** The error as the client sees it. */
  readonly shown: ShownError
}

type Returns = void | Promise<void>

const hook = <Signature>() =>
  z.custom<Signature>((value) => typeof value === 'function', 'must be a function').optional()

export const hooksSection = z
  .strictObject({
    /** Before tokens are verified and the body is read. Throwing refuses the request. */
    onRequest: hook<(request: HookRequest) => Returns>(),
    /** Before an operation runs that has passed all checks. Throwing refuses it. */
    onOperation: hook<(operation: HookOperation) => Returns>(),
    /** Before each try of a call. Throwing fails the call. */
    onServiceRequest: hook<(call: HookServiceRequest) => Returns>(),
    /** After each try. Throwing fails the call. */
    onServiceResponse: hook<(response: HookServiceResponse) => Returns>(),
    /** Before an answer is sent. */
    onAnswer: hook<(answer: HookAnswer) => Returns>(),
    /** For each error that a client sees; a returned error replaces it. */
    onError: hook<(error: HookError) => ShownError | undefined>(),
    /** Before an event is sent; `false` leaves it out. */
    onSubscriptionEvent: hook<(event: HookEvent) => Returns | boolean | Promise<boolean>>(),
    /** Milliseconds for a hook. */
    timeout: milliseconds.default(1_000),
  })
  .prefault({})

export type HookSettings = z.output<typeof hooksSection>
