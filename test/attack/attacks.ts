/** The contents page: every attack, in the order in which it is run. */
import type { Attack } from './attack.ts'
import { documentAttacks } from './attacks/documents.ts'
import { httpAttacks } from './attacks/http.ts'
import { imageAttacks } from './attacks/images.ts'
import { memoryAttacks } from './attacks/memory.ts'
import { serviceAttacks } from './attacks/services.ts'
import { socketAttacks } from './attacks/sockets.ts'
import { workAttacks } from './attacks/work.ts'

export const attacks: readonly Attack[] = [
  ...documentAttacks,
  ...httpAttacks,
  ...socketAttacks,
  ...workAttacks,
  ...imageAttacks,
  ...serviceAttacks,
  ...memoryAttacks,
]
