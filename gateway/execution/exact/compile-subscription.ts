/**
 * The fetch that a subscription's events come from: the request that opens the stream, and how an
 * event becomes data.
 */
import type { FetchNode } from '@apollo/query-planner'
import { parse } from 'graphql'
import type { RequestBody, ServiceAnswer } from '../../traffic/call/send.ts'
import { Failure } from '../answer/failure.ts'
import type { WrittenPlaces } from '../plan/paths.ts'
import type { TypeRelations } from '../plan/type-relations.ts'
import { requestHead, wholeBody } from './call-service.ts'
import { fetchedFields, loseFields } from './fetched-fields.ts'
import { mergeInto } from './merge.ts'
import { compileOutputRewrites } from './output-rewrites.ts'
import { addErrors, type Run, variableTexts } from './run.ts'
import { readAnswer } from './service-answer.ts'

export interface EventSource {
  /** The service that the events come from. */
  readonly service: string
  /** Of the request that opens the stream. */
  body(variables: Readonly<Record<string, unknown>>): RequestBody
  /** Takes an event in as the start of a run. */
  receive(run: Run, event: ServiceAnswer): void
}

/** @throws PlanShapeError for what the engine does not know */
export function compileSubscription(node: FetchNode, places: WrittenPlaces, types: TypeRelations): EventSource {
  const head = requestHead(node.operation, node.operationName)
  const names = node.variableUsages ?? []
  const rewrites = compileOutputRewrites(node.outputRewrites, types)
  const asked = fetchedFields(parse(node.operation, { noLocation: true }))
  const fields = rewrites?.applyToFields(asked) ?? asked
  return {
    service: node.serviceName,
    body: (variables) => wholeBody(`${head}${variableTexts(names, variables)}}}`),
    receive(run, event) {
      const { data, unplaced } = readAnswer(node.serviceName, event.parsed())
      addErrors(run, unplaced)
      if (data instanceof Failure) loseFields(run.data, fields, data, places, types)
      else mergeInto(run.data, rewrites?.apply(data) ?? data, places, fields, types, run.placed)
    },
  }
}
