import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { readConfig } from '../../../gateway/config/load.ts'
import { startGateway } from '../../../gateway/gateway.ts'
import { newFolder } from '../../support/folder.ts'
import { composeAt, post } from '../../support/gateway.ts'
import { log } from '../../support/log.ts'
import { itemsSdl } from '../../support/shop.ts'

test('Use is recorded by the names that clients give on their path, as the configuration of now reads them', async () => {
  const folder = await newFolder()
  const [file, list] = [join(folder, 'supergraph.graphql'), join(folder, 'list.json')]
  await writeFile(file, composeAt([{ name: 'items', sdl: itemsSdl, url: 'http://127.0.0.1:9' }]))
  await writeFile(list, JSON.stringify({ id: '{ clock }' }))
  const configOf = (header: string, ofPart: string) => {
    const safelist = { mode: 'off', manifests: [list], clientHeaders: [ofPart] }
    return readConfig({
      SUPERGRAPH: file,
      PORT: '0',
      OPERATIONS_SAFELIST_MODE: 'off',
      SAFELIST: list,
      OPERATIONS_SAFELIST_CLIENT_HEADERS: header,
      VARIANTS: JSON.stringify({ part: { operations: { safelist } } }),
    })
  }
  const seen: (string | undefined)[] = []
  const gateway = await startGateway(await configOf('x-app', 'x-part'), log, {
    recordUse: (_operation, _schema, exchange, nameOf) => void seen.push(nameOf(exchange)),
  })
  const askBoth = async (): Promise<void> => {
    for (const path of ['/graphql', '/graphql/part'])
      await post(`${gateway.url}${path}`, '{ clock }', { 'x-app': 'app', 'x-part': 'part', 'x-new': 'new' })
  }
  await askBoth()
  await gateway.reconfigure(await configOf('x-new', 'x-app'))
  await askBoth()
  await gateway.stop()
  expect(seen).toEqual(['app', 'part', 'new', 'app'])
})
