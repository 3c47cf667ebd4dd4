/** The whole configuration. A section is a file of `sections/` and a line here. */
import { z } from 'zod'
import { limitNames, measurableNames } from '../limits/limits.ts'
import { adminSection } from './sections/admin.ts'
import { appSection } from './sections/app.ts'
import { authorizationSection } from './sections/authorization.ts'
import { budgetsSection } from './sections/budgets.ts'
import { cachingSection } from './sections/caching.ts'
import { coprocessorSection } from './sections/coprocessor.ts'
import { corsSection } from './sections/cors.ts'
import { drainingSection } from './sections/draining.ts'
import { errorsSection } from './sections/errors.ts'
import { generalSettings } from './sections/general.ts'
import { headersSection } from './sections/headers.ts'
import { hooksSection } from './sections/hooks.ts'
import { identitySection } from './sections/identity.ts'
import { limitsSection } from './sections/limits.ts'
import { operationsSection } from './sections/operations.ts'
import { redisSection } from './sections/redis.ts'
import { servicesSection } from './sections/services.ts'
import { subscriptionsSection } from './sections/subscriptions.ts'
import { supervisorSection } from './sections/supervisor.ts'
import { usageSection } from './sections/usage.ts'
import { variantsSection } from './sections/variants.ts'

export const configSchema = z.strictObject({
  ...generalSettings,
  app: appSection,
  redis: redisSection,
  services: servicesSection,
  identity: identitySection,
  authorization: authorizationSection,
  headers: headersSection,
  errors: errorsSection,
  limits: limitsSection(limitNames, measurableNames),
  budgets: budgetsSection,
  caching: cachingSection,
  cors: corsSection,
  hooks: hooksSection,
  coprocessor: coprocessorSection,
  operations: operationsSection,
  variants: variantsSection,
  subscriptions: subscriptionsSection,
  usage: usageSection,
  admin: adminSection,
  draining: drainingSection,
  supervisor: supervisorSection,
})

/** What `defineConfig` takes. */
export type ConfigInput = z.input<typeof configSchema>

/** Checked, with defaults. */
export type Settings = z.output<typeof configSchema>
