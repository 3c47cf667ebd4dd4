/** `npm start`: database, services and gateway as processes on this machine. */
import { runSystem } from './start/run.ts'

await runSystem(process.argv.slice(2), process.env)
