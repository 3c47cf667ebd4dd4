/**
 * Real clients against one running product: each file beside this one has the cases of one client.
 */
import { afterAll, beforeAll } from '@jest/globals'
import { startWorld, stopWorld } from './world.ts'
import './apollo-client.ts'
import './apollo-link.ts'
import './frontend.ts'
import './identity.ts'
import './relay.ts'
import './small-clients.ts'
import './subscriptions.ts'
import './urql.ts'
import './urql-websocket.ts'

beforeAll(startWorld)
afterAll(stopWorld)
