/** Runs the content service as a process. */
import '../../platform/memory/small-heap.ts'

// Imported only now, so that loading the modules already fills a heap that stays small.
const [{ serve }, { contentService }] = await Promise.all([import('../shared/serve.ts'), import('./service.ts')])

await serve(contentService)
