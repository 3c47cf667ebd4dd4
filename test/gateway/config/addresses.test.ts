import { expect, test } from '@jest/globals'
import { z } from 'zod'
import { appSection } from '../../../gateway/config/sections/app.ts'
import { coprocessorSection } from '../../../gateway/config/sections/coprocessor.ts'
import { serviceSection } from '../../../gateway/config/sections/services.ts'
import { identitySettings } from '../../../platform/protocol/identity-settings.ts'

const addressIn: readonly (readonly [what: string, read: (url: string) => unknown])[] = [
  ['a service', (url) => serviceSection.parse({ kind: 'stateful', addresses: [url] }).addresses],
  [
    'a service by its name',
    (url) => [(serviceSection.parse({ kind: 'stateless', addresses: { dns: url } }).addresses as { dns: string }).dns],
  ],
  ['a coprocessor', (url) => [coprocessorSection.parse({ url, stages: {} })?.url]],
  ["the app's issuer", (url) => [appSection.parse({ issuer: url }).issuer]],
  ["a service's key set", (url) => [z.object(identitySettings).parse({ JWKS_URL: url }).JWKS_URL]],
]

test.each(addressIn)('The address of %s is used as it is, with the slash at its end', (_what, read) => {
  for (const url of ['https://a.example/graphql/', 'http://a.example:80/graphql', 'http://a.example/?next=/'])
    expect(read(url)).toEqual([url])
  expect(read('http://a.example/')).toEqual(['http://a.example'])
})
