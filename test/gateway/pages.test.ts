/**
 * The gateway's pages in Chromium, against one running product. The live map comes last: it is busy
 * and stops services.
 */
import { afterAll, afterEach, beforeAll } from '@jest/globals'
import { closeVisits, startWorld, stopWorld } from './pages-world.ts'
import './playground/page.ts'
import './map/page.ts'

beforeAll(startWorld)
afterEach(closeVisits)
afterAll(stopWorld)
