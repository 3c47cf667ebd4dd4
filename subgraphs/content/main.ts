/** Runs the content service as a process. */
import { serve } from '../shared/serve.ts'
import { contentService } from './service.ts'

await serve(contentService)
