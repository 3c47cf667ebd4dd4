import { expect, test } from '@jest/globals'
import { DriverAdapterError } from '@prisma/driver-adapter-utils'
import { DatabaseError } from 'pg'
import { codedError } from '../../../../platform/protocol/errors.ts'
import { type Failure, failureOf, outageError } from '../../../../subgraphs/banking/database/failure.ts'

const fromDriver = (code: string) => Object.assign(new DatabaseError('no', 1, 'error'), { code })
const fromAdapter = (code: string) =>
  new DriverAdapterError({
    kind: 'postgres',
    originalCode: code,
    code,
    severity: 'ERROR',
    message: 'no',
    detail: undefined,
    column: undefined,
    hint: undefined,
  })
const fromPrisma = (code: string) =>
  Object.assign(new Error('no'), { code: 'P2010', meta: { driverAdapterError: { cause: { originalCode: code } } } })

test.each<[string, Failure]>([
  ['57P01', 'outage'], // shut down by an administrator
  ['57P03', 'outage'], // starting up
  ['57014', 'outage'], // timed out
  ['25006', 'outage'], // read-only after a fail-over
  ['25P03', 'outage'], // idle in a transaction for too long
  ['55P03', 'outage'], // a lock was not to be had
  ['53300', 'outage'], // too many connections
  ['08006', 'outage'], // the connection failed
  ['40001', 'outage'], // could not be serialized
  ['40P01', 'outage'], // a deadlock
  ['23505', 'refused'], // not unique
  ['23514', 'refused'], // a check
  ['42P01', 'refused'], // no such table
  ['25001', 'refused'], // a transaction in the wrong state
])('The SQLSTATE %s is %s, from the driver, the adapter and Prisma', (code, meant) => {
  expect([fromDriver(code), fromAdapter(code), fromPrisma(code)].map(failureOf)).toEqual([meant, meant, meant])
})

test.each([
  ['refused', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })],
  ['reset', Object.assign(new Error('read'), { code: 'ECONNRESET' })],
  ['unreachable, by Prisma', Object.assign(new Error('no'), { code: 'P1001' })],
  ['unreachable, by the adapter', new DriverAdapterError({ kind: 'DatabaseNotReachable' })],
  ['closed, by the adapter', new DriverAdapterError({ kind: 'ConnectionClosed' })],
  ['terminated, by the driver', new Error('Connection terminated unexpectedly')],
  ['none free in the pool', new Error('timeout exceeded when trying to connect')],
  ['silent', new Error('Query read timeout')],
])('A failed connection is an outage: %s', (_what, error) => {
  expect(failureOf(error)).toBe('outage')
  expect(outageError(error)?.extensions).toEqual({ code: 'SERVICE_UNAVAILABLE', service: 'banking' })
})

test('Our own faults are no outage, and clients see none of them', () => {
  const faults = [new TypeError('x is undefined'), codedError('FORBIDDEN', 'No.'), new Error('something')]
  expect(faults.map(failureOf)).toEqual(['fault', 'fault', 'unknown'])
  expect(faults.map(outageError)).toEqual([undefined, undefined, undefined])
})
