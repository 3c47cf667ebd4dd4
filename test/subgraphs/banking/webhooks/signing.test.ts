import { createHmac } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { Webhook } from 'standardwebhooks'
import { endpointSecrets, signatureHeaders } from '../../../../subgraphs/banking/webhooks/signing.ts'

const secret = endpointSecrets('the secret of the service')('an endpoint')
const body = '{"id":"evt_7","ä":"✓"}'

describe('signature', () => {
  test('A signature is the HMAC of id, time and body, as specified', () => {
    const at = new Date('2026-06-01T12:00:00.900Z')
    const headers = signatureHeaders(secret, { id: 'evt_7', body, at })
    const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
    const mac = createHmac('sha256', key).update(`evt_7.1780315200.${body}`).digest('base64')
    expect(headers).toEqual({
      'webhook-id': 'evt_7',
      'webhook-timestamp': '1780315200',
      'webhook-signature': `v1,${mac}`,
    })
  })

  test("A signature is verified by receivers' libraries, and by none after any change", () => {
    const headers = signatureHeaders(secret, { id: 'evt_7', body })
    expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body))
    expect(() => new Webhook(secret).verify(`${body} `, headers)).toThrow()
    expect(() => new Webhook(secret).verify(body, { ...headers, 'webhook-id': 'evt_8' })).toThrow()
    const stale = signatureHeaders(secret, { id: 'evt_7', body, at: new Date(Date.now() - 6 * 60_000) })
    expect(() => new Webhook(secret).verify(body, stale)).toThrow()
  })
})

test('Every endpoint has a secret of its own, the same in every instance of a service', () => {
  const secrets = endpointSecrets('the secret of the service')
  expect(secrets('an endpoint')).toBe(secret)
  expect(secrets('another')).not.toBe(secret)
  expect(endpointSecrets('another service')('an endpoint')).not.toBe(secret)
  expect(Buffer.from(secret.replace('whsec_', ''), 'base64')).toHaveLength(32)
})
