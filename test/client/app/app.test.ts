/**
 * The web app in Chromium, against the product as `npm start` runs it: each file beside this one
 * has the cases of one subject.
 */
import { afterAll, afterEach, beforeAll } from '@jest/globals'
import { closeVisits, startWorld, stopWorld } from './world.ts'
import './sign-in.ts'
import './expiry.ts'
import './payments.ts'
import './screens.ts'
import './officers.ts'
import './outages.ts'
import './everybody.ts'

beforeAll(startWorld)
afterEach(closeVisits)
afterAll(stopWorld)
