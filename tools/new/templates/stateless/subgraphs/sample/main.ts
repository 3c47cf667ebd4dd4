/** Runs the service `sample` as a process. */
import { serve } from '../shared/serve.ts'
import { sampleService } from './service.ts'

await serve(sampleService)
