import { expect, test } from '@jest/globals'
import { reportedIn } from '../../../gateway/errors/reported.ts'
import { readBody } from '../../../gateway/traffic/call/answer.ts'
import { answersOf } from '../../../gateway/traffic/gather/answer.ts'
import { aliasOf } from '../../../gateway/traffic/gather/body.ts'

test.each([null, { [aliasOf(0)]: [null], [aliasOf(1)]: [null] }])(
  'Errors of gathered calls keep what the service reported: %j',
  (data) => {
    const extensions = { code: 'OUT_OF_STOCK', left: 2 }
    const errors = [{ message: 'Only two are left.', path: [aliasOf(1), 0], extensions }]
    const { answer } = readBody(Buffer.from(JSON.stringify({ data, errors })), 200)
    const [error] = answersOf(answer, 2)[1]?.parsed().errors ?? []
    expect(error && reportedIn(error)).toEqual({ message: 'Only two are left.', extensions })
  },
)
