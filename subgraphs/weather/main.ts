/** Runs the weather service as a process. */
import { serve } from '../shared/serve.ts'
import { weatherService } from './service.ts'

await serve(weatherService)
