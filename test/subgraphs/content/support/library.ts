/** A content library of the test, in a new folder. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { contentService } from '../../../../subgraphs/content/service.ts'
import { type RunningService, startService } from '../../../../subgraphs/shared/serve.ts'
import type { Answer } from '../../../support/answer.ts'
import { newFolder } from '../../../support/folder.ts'
import { type SignedCall, signedCall, TEST_SECRET } from '../../../support/signed-call.ts'

/** File contents by path in the library's folder. */
export type Files = Readonly<Record<string, string | Uint8Array>>

interface TestFolder {
  readonly path: string
  write(files: Files): Promise<void>
}

export async function testFolder(files: Files = {}): Promise<TestFolder> {
  const path = await newFolder()
  const write = async (more: Files): Promise<void> => {
    for (const [name, content] of Object.entries(more)) {
      await mkdir(dirname(join(path, name)), { recursive: true })
      await writeFile(join(path, name), content)
    }
  }
  await write(files)
  return { path, write }
}

export interface TestService extends AsyncDisposable {
  readonly url: string
  ask(query: string, call?: Omit<SignedCall, 'query'>): Promise<Answer>
  [Symbol.asyncDispose](): Promise<void>
}

/** The service over a library; without one, over the project's own. */
export async function testService(folder?: string, env: Record<string, string> = {}): Promise<TestService> {
  const service: RunningService = await startService(contentService, {
    GATEWAY_SECRET: TEST_SECRET,
    LOG_LEVEL: 'silent',
    NODE_ENV: 'production',
    CONTENT_DIR: folder,
    ...env,
  })
  return {
    url: service.url,
    ask: (query, call = {}) => signedCall(service.url, { query, ...call }),
    [Symbol.asyncDispose]: () => service.stop(),
  }
}

/** An article's file: front matter of `title` and what is given, then the body. */
export const articleFile = (title: string, matter = '', body = 'Text.'): string =>
  `---\ntitle: ${title}\n${matter ? `${matter}\n` : ''}---\n${body}\n`
