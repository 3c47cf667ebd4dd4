/** A gateway with one scrape of its metrics per second, compared with one without. */
import { freePorts } from '../../platform/process/ports.ts'
import type { Point } from './point.ts'

const INTERVAL = 1_000 // milliseconds

export const point: Point = {
  workload: 'one field, unique',
  async beside() {
    const [port = 0] = await freePorts(1)
    const url = `http://127.0.0.1:${port}`
    const timer = setInterval(() => {
      fetch(`${url}/metrics`)
        .then((answer) => answer.text())
        .catch(() => undefined) // not started yet
    }, INTERVAL)
    return { url, stop: async () => clearInterval(timer) }
  },
  off: { config: '{}' },
  on: (url) => ({ 'metrics once a second': { config: '{}', env: { ADMIN_PORT: new URL(url).port } } }),
}
