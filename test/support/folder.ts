import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A new, empty folder. All folders are removed when the test run ends. */
export const newFolder = (): Promise<string> => mkdtemp(join(process.env['TEST_FOLDER'] ?? tmpdir(), 'folder-'))
