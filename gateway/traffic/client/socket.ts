/** Opens the socket to an instance, plain or secure. Knows nothing of HTTP. */
import { connect, isIP, type Socket, type TcpNetConnectOpts } from 'node:net'

const STILL_THERE = 60_000 // milliseconds of silence before the system probes the other side

/** The read buffer of all sockets: nothing in it may be kept. */
const arrivals = Buffer.allocUnsafeSlow(64 * 1024)

/**
 * Reads without a stream and without allocations.
 * @param origin scheme, host and port
 * @param at the host to connect to, if the name has several
 * @param receive gets the received bytes, which it must use or copy before it returns; false pauses
 * reading
 */
export function openSocket(
  { protocol, hostname, port }: URL,
  at: string | undefined,
  receive: (piece: Buffer) => boolean,
): Socket {
  const secure = protocol === 'https:'
  const host = hostname.replace(/^\[|\]$/g, '')
  const options: TcpNetConnectOpts = {
    host: at ?? host,
    port: Number(port) || (secure ? 443 : 80),
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: STILL_THERE,
    onread: { buffer: arrivals, callback: (length) => receive(arrivals.subarray(0, length)) },
  }
  if (!secure) return connect(options)
  // Loaded lazily: with it Node loads the certificates of all authorities, 3 MB.
  const tls = process.getBuiltinModule('node:tls')
  return tls.connect({ ...options, ALPNProtocols: ['http/1.1'], ...(isIP(host) === 0 && { servername: host }) })
}
