import { expect, test } from '@jest/globals'
import { createProvider } from '../../client/sign-in/provider.ts'

const providerAt = (issuer: string) =>
  createProvider({ issuer, clientId: 'app', scope: 'openid', redirectUri: 'https://app.example/' })

test.each(['http://login.example', 'http://127.0.0.1.example', 'http://192.168.0.7:4004'])(
  'Nobody is sent to sign in at %s, where tokens would travel in the clear',
  async (issuer) => {
    await expect(providerAt(issuer).leave()).rejects.toThrow('only requests to HTTPS are allowed')
  },
)

test.each(['http://localhost:1', 'http://127.0.0.1:1', 'http://[::1]:1'])(
  'A provider on this machine is asked in the clear: %s',
  async (issuer) => {
    await expect(providerAt(issuer).leave()).rejects.toThrow('fetch failed')
  },
)
