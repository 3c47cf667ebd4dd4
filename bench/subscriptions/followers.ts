/**
 * Clients that only follow one subscription, as cheaply as possible, since their own cost is not
 * measured.
 */
import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { WebSocket } from 'ws'

/**
 * Resolves once the gateway has accepted the subscription; call the result to leave. @param gateway
 * address of its endpoint
 */
type Follow = (gateway: URL, query: string) => Promise<() => void>

const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY })

const bySse: Follow = async (gateway, query) => {
  const headers = { 'content-type': 'application/json', accept: 'text/event-stream' }
  const sent = request(gateway, { method: 'POST', headers, agent })
  sent.on('error', () => undefined) // it is closed when the client leaves
  sent.end(JSON.stringify({ query }))
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  if (response.statusCode !== 200) throw new Error(`The gateway answered ${response.statusCode}.`)
  response.on('error', () => undefined).resume()
  return () => void sent.destroy()
}

const byWebSocket: Follow = async (gateway, query) => {
  const address = Object.assign(new URL(gateway), { protocol: 'ws:' })
  const socket = new WebSocket(address, 'graphql-transport-ws', { perMessageDeflate: false })
  await once(socket, 'open')
  socket.send('{"type":"connection_init"}')
  await once(socket, 'message')
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }))
  return () => socket.terminate()
}

export const followers: Readonly<Record<string, Follow>> = { sse: bySse, websocket: byWebSocket }
