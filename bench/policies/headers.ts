/** Header rules of a service, and of the answers to clients, compared with none. */
import type { Point } from './point.ts'

const service = (rules: string): string => `{ services: { accounts: stateful({ headers: [${rules}] }) } }`

export const point: Point = {
  workload: 'one field, unique',
  headers: { 'x-tenant': 'a tenant', 'x-shop-mood': 'good', cookie: 'session=something' },
  off: { config: '{}' },
  on: () => ({
    'one header forwarded': { config: service(`{ forward: 'x-tenant' }`) },
    'a pattern, a constant, a cookie': {
      config: service(`{ forward: ['x-shop-*', 'cookie'] }, { insert: 'x-gateway', value: 'shop' }`),
    },
    'two headers of answers': {
      config: `{ headers: { client: [{ forward: 'set-cookie' }, { forward: 'x-stock', when: 'append' }] } }`,
    },
  }),
}
