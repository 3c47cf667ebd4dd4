/** Starts banking as before elections: the instance takes no part in them, and writes itself. */
import { banking } from '../../../../subgraphs/banking/main.ts'
import { serve } from '../../../../subgraphs/shared/serve.ts'

await serve({
  ...banking,
  async create(settings, log, registry) {
    const { listening: _joins, ...service } = await banking.create(settings, log, registry)
    return service
  },
})
