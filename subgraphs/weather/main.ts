/** The weather service as a process of its own. */
import '../small-heap.ts'
import { serve } from '../serve.ts'
import { weatherService } from './service.ts'

await serve(weatherService)
