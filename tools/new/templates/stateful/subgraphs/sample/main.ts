/** Runs the service `sample` as a process. Any number of instances may share one database. */
import { serve } from '../shared/serve.ts'
import { sampleService } from './service.ts'

await serve(sampleService)
