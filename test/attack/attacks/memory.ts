/** A stream of documents of which none comes twice: what is kept of each must be bounded. */
import { readFile } from 'node:fs/promises'
import type { Attack } from '../attack.ts'
import { ask, type Target } from '../target.ts'

const DOCUMENTS = 100_000
/** In the test suite fewer, because each needs a plan. */
const DOCUMENTS_OF_PART = 300
const AT_A_TIME = 32
/** Maximum growth of the process, in MB, once the first part has filled its stores. */
const GROWTH = 100
const FILLED = 0.3

export const memoryAttacks: readonly Attack[] = [
  {
    name: '100,000 documents of which none comes twice',
    async run(target) {
      const pid = await gatewayPid(target)
      const count = target.scale < 1 ? DOCUMENTS_OF_PART : DOCUMENTS
      let sent = 0
      const send = async (until: number): Promise<void> => {
        while (sent < until) {
          sent += 1
          await ask(target, `query Q${sent} { a${sent}: __typename article(slug: "none-${sent}") { title } }`)
        }
      }
      const sendAll = (until: number) => Promise.all(Array.from({ length: AT_A_TIME }, () => send(until)))
      await sendAll(count * FILLED)
      const before = await residentMegabytes(pid)
      await sendAll(count)
      const growth = (await residentMegabytes(pid)) - before
      return growth <= GROWTH ? `flat (${Math.round(growth)} MB more)` : `grew by ${Math.round(growth)} MB`
    },
    expected: /^flat/,
  },
]

/** The gateway's own health says which process it is. */
async function gatewayPid({ url }: Target): Promise<number> {
  const { pid } = (await (await fetch(`${url}/health/live`)).json()) as { pid: number }
  return pid
}

async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024
}
