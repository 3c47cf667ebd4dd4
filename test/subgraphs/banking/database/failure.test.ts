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
  ['57P01', 'outage'], // admin_shutdown
  ['57P03', 'outage'], // cannot_connect_now
  ['57014', 'outage'], // query_canceled by a timeout
  ['25006', 'outage'], // read-only after a fail-over
  ['25P03', 'outage'], // idle_in_transaction_session_timeout
  ['55P03', 'outage'], // lock not available
  ['53300', 'outage'], // too_many_connections
  ['08006', 'outage'], // connection_failure
  ['40001', 'outage'], // serialization_failure
  ['40P01', 'outage'], // deadlock_detected
  ['23505', 'refused'], // unique violation
  ['23514', 'refused'], // check violation
  ['42P01', 'refused'], // undefined table
  ['25001', 'refused'], // active_sql_transaction
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

test('Internal errors are no outage, and clients see no details', () => {
  const faults = [new TypeError('x is undefined'), codedError('FORBIDDEN', 'No.'), new Error('something')]
  expect(faults.map(failureOf)).toEqual(['fault', 'fault', 'unknown'])
  expect(faults.map(outageError)).toEqual([undefined, undefined, undefined])
})
