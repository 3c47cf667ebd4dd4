import { rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { stampOf, watchFiles } from '../../../platform/process/watch-file.ts'
import { newFolder } from '../../support/folder.ts'
import { until } from '../../support/until.ts'

test('A file that cannot be read for a while is still watched afterwards', async () => {
  const folder = await newFolder()
  const [file, other] = [join(folder, 'file'), join(folder, 'other')]
  for (const each of [file, other]) await writeFile(each, 'first')
  let written = 0
  const stop = watchFiles(new Map([file, other].map((each) => [each, stampOf(each)])), async () => {
    written += 1
  })
  await rm(file)
  await symlink(file, file) // a loop
  await writeFile(other, 'the second')
  await until(() => written === 1)
  await rm(file)
  await writeFile(file, 'the second')
  await until(() => written === 2)
  stop()
  expect(written).toBe(2)
})
