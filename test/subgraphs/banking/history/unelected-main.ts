/**
 * Starts banking as it was before one instance wrote for all: it takes no part in the election, and
 * writes beside the others.
 */
import { banking } from '../../../../subgraphs/banking/main.ts'
import { serve } from '../../../../subgraphs/shared/serve.ts'

await serve({
  ...banking,
  async create(settings, log, registry) {
    const { listening: _joins, ...service } = await banking.create(settings, log, registry)
    return service
  },
})
