/** Traffic that answers the graph of nodes by itself, and sends everything else on. */
import type { NodeGraph } from '../supergraph/node-graph.ts'
import { ownAnswer } from '../traffic/call/answer.ts'
import type { Send } from '../traffic/call/send.ts'
import { NOT_KEPT } from '../traffic/reply.ts'
import type { Traffic } from '../traffic/traffic.ts'
import { createAnswerNodes, type NodeRequest } from './answer-nodes.ts'
import { createFind } from './find.ts'

/** @param graph of the supergraph; `undefined` where it has none */
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
    // Otherwise each service said for how long.
    if (asked === 0) context.observe(NOT_KEPT)
    return ownAnswer(answer)
  }
  // Nothing is added to the other calls, not even a promise.
  const send: Send = (call) => (call.service === graph.name ? answerHere(call) : traffic.send(call))
  // Who asks decides what is there.
  return { ...traffic, send, isShared: (service) => service !== graph.name && traffic.isShared(service) }
}
