/** Search in scripts without spaces: a word is found and marked anywhere in a run of characters. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { splitWords } from '../../../../subgraphs/content/search/words.ts'
import { articleFile, type TestService, testFolder, testService } from '../support/library.ts'

const filler = '銀行の手数料は毎月変わります'.repeat(30)

let content: TestService
beforeAll(async () => {
  const folder = await testFolder({
    'en/hold.md': articleFile('Hold'),
    'ja/hold.md': articleFile('与信保留について', '', `${filler}残高証明書を発行する場合は東京都の支店へ。${filler}`),
    'ja/kana.md': articleFile('インターネットバンキング', '', 'バスとハスは違います。𠮷野家のカード。'),
    'ja/apart.md': articleFile('銀と行', '', '銀は行とは別です。'),
    'zh/hold.md': articleFile('账户冻结说明', '', '我们会在三个工作日内解除账户冻结并通知您。'),
    'th/hold.md': articleFile('บัญชีเงินฝาก', '', 'ธนาคารแห่งประเทศไทยกำหนดอัตราดอกเบี้ยเงินกู้ทุกเดือน'),
    'ko/hold.md': articleFile('계좌 안내', '', '인터넷뱅킹에서 계좌이체수수료를 확인하세요.'),
    'km/hold.md': articleFile('គណនី', '', 'ធនាគារជាតិនៃកម្ពុជាកំណត់អត្រាការប្រាក់'),
    'my/hold.md': articleFile('စာရင်း', '', 'မြန်မာနိုင်ငံတော်ဗဟိုဘဏ်သည်အတိုးနှုန်းကိုသတ်မှတ်သည်'),
    'hi/hold.md': articleFile('पिता का खाता', '', 'बैंक की शाखा'),
  })
  content = await testService(folder.path)
})
afterAll(() => content[Symbol.asyncDispose]())

interface Fragment {
  readonly text: string
  readonly match: boolean
}

const find = async (locale: string, text: string) => {
  const { data, errors } = await content.ask(
    `query ($text: String!) { search(text: $text, locale: "${locale}") { edges { node { id } highlights { fragments { text match } } } } }`,
    { variables: { text } },
  )
  expect(errors).toBeUndefined()
  const edges = data.search.edges as { node: { id: string }; highlights: { fragments: Fragment[] }[] }[]
  const marked = edges.flatMap(({ highlights }) =>
    highlights.flatMap(({ fragments }) => fragments.filter(({ match }) => match).map((fragment) => fragment.text)),
  )
  return { ids: edges.map(({ node }) => node.id), marked }
}

describe('words in text without spaces', () => {
  test.each([
    ['ja', '証明書', 'ja/hold'],
    ['ja', '残高証明書', 'ja/hold'],
    ['ja', '保留', 'ja/hold'],
    ['ja', '東京', 'ja/hold'],
    ['ja', 'バンキング', 'ja/kana'],
    ['ja', 'ネット', 'ja/kana'],
    ['ja', '𠮷野', 'ja/kana'],
    ['zh', '冻结', 'zh/hold'],
    ['zh', '工作日', 'zh/hold'],
    ['th', 'ธนาคาร', 'th/hold'],
    ['th', 'ดอกเบี้ย', 'th/hold'],
    ['th', 'เงินกู้', 'th/hold'],
    ['ko', '뱅킹', 'ko/hold'],
    ['ko', '수수료', 'ko/hold'],
    ['km', 'កម្ពុជា', 'km/hold'],
    ['my', 'ဗဟိုဘဏ်', 'my/hold'],
  ])('A word in text without spaces is found and marked: %s %s', async (locale, text, id) => {
    const { ids, marked } = await find(locale, text)
    expect(ids).toEqual([id])
    expect(marked).toContain(text)
  })

  test('A word in text without spaces is found by one character, also the last of its run', async () => {
    expect((await find('ja', '書')).ids).toEqual(['ja/hold'])
    expect(await find('zh', '您')).toEqual({ ids: ['zh/hold'], marked: ['您'] })
  })

  test('A word in text without spaces is found in any width, and decomposed', async () => {
    expect((await find('ja', 'ﾊﾞﾝｷﾝｸﾞ')).ids).toEqual(['ja/kana'])
    expect((await find('ja', 'バンキング'.normalize('NFD'))).ids).toEqual(['ja/kana'])
    expect((await find('ko', '뱅킹'.normalize('NFD'))).ids).toEqual(['ko/hold'])
  })

  test('A word in text without spaces is not found if its characters are separated', async () => {
    expect((await find('ja', '銀行')).ids).toEqual(['ja/hold'])
    expect((await find('zh', '日工')).ids).toEqual([])
  })

  test('A word in text without spaces may be as long as the search text', async () => {
    const long = filler.slice(0, 200)
    expect((await find('ja', long)).ids).toEqual(['ja/hold'])
  })

  test('A match is shown with its surroundings, however far the next space is', async () => {
    const { data } = await content.ask(
      '{ search(text: "証明書", locale: "ja") { edges { highlights { field fragments { text match } } } } }',
    )
    const [{ field, fragments }] = data.search.edges[0].highlights
    const passage = fragments.map(({ text }: Fragment) => text).join('')
    expect(field).toBe('TEXT')
    expect(passage).toMatch(/^… .{20,60}残高証明書を発行する.+ …$/)
    expect(passage.length).toBeLessThan(210)
  })
})

test('Marks that distinguish letters are kept: バス is not ハス, and पता is not पिता', async () => {
  expect((await find('ja', 'ハス')).marked).toEqual(['ハス'])
  expect((await find('hi', 'पता')).ids).toEqual([])
  expect((await find('hi', 'पिता')).ids).toEqual(['hi/hold'])
})

test.each(['', 'a b', '第3四半期NISA口座、がん保険', '𠮷野 🎉 한글', 'กำหนด abc'])(
  'The pieces of "%s" join to the text',
  (text) => {
    expect(
      splitWords(text)
        .map((piece) => piece.text)
        .join(''),
    ).toBe(text)
  },
)
