/** Wraps traffic: answers calls to the node graph itself, and sends everything else on. */
import type { NodeGraph } from '../supergraph/node-graph.ts'
import { ownAnswer } from '../traffic/call/answer.ts'
import type { Send } from '../traffic/call/send.ts'
import { NOT_KEPT } from '../traffic/reply.ts'
import type { Traffic } from '../traffic/traffic.ts'
import { createAnswerNodes, type NodeRequest } from './answer-nodes.ts'
import { createFind } from './find.ts'

/** @param graph the supergraph's node graph; `undefined` if it has none */
export function withNodes(traffic: Traffic, graph: NodeGraph | undefined): Traffic {
  if (!graph) return traffic
  const { types } = graph
  const answerNodes = createAnswerNodes(types)
  const answerHere: Send = async ({ body: { bytes }, context, trace }) => {
    let asked = 0
    const find = createFind(types, (service, body) => {
      asked += 1
      return traffic.send({ service, operation: 'query', body, context, trace })
    })
    const answer = await answerNodes(JSON.parse(bytes.toString()) as NodeRequest, find)
    // Otherwise the services said how long.
    if (asked === 0) context.observe(NOT_KEPT)
    return ownAnswer(answer)
  }
  // Other calls get no overhead, not even a promise.
  const send: Send = (call) => (call.service === graph.name ? answerHere(call) : traffic.send(call))
  // Which nodes exist depends on the caller.
  return { ...traffic, send, isShared: (service) => service !== graph.name && traffic.isShared(service) }
}
