/**
 * The gateway's configuration, and the registry of the product's services: a service and its kind
 * are declared here once. Addresses come from `<NAME>_URL`, schemas from
 * `subgraphs/<name>/schema.graphql`. See docs/configuration/README.md.
 */
import { defineConfig, stateful, stateless } from './gateway/config/define.ts'

export default defineConfig({
  services: {
    banking: stateful({ paths: ['/downloads/'] }),
    weather: stateless(),
    content: stateless({ paths: ['/assets/'] }),
  },
})
