/**
 * Finds ports for servers that must come back on the same address after a crash. Reserves nothing.
 */
import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

// Below the kernel's ephemeral ports (from 32768 on Linux, 49152 elsewhere): a client that keeps
// calling a dead server's port could otherwise get that port for itself, and connect to itself.
const FIRST = 15_000
const LAST = 32_000

/**
 * The error code of listening there (`EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`, …), or `undefined` if
 * the port is free.
 */
export function whyTaken(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen(port, host, () => server.close(() => resolve(undefined)))
  })
}

/** Distinct free ports outside the ephemeral range. @param except ports already assigned */
export async function freePorts(
  count: number,
  host = '127.0.0.1',
  except: readonly (number | undefined)[] = [],
): Promise<number[]> {
  const ports = new Set<number>()
  for (let attempt = 0; ports.size < count && attempt < 100 * count; attempt++) {
    const port = randomInt(FIRST, LAST)
    if (!except.includes(port) && (await whyTaken(host, port)) === undefined) ports.add(port)
  }
  if (ports.size < count) throw new Error(`No ${count} free ports were found on ${host}.`)
  return [...ports]
}
