import { randomBytes } from 'node:crypto'
import { symlink } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import sharp from 'sharp'
import { SIGNATURE_HEADER, sign } from '../../../../platform/protocol/signature.ts'
import { readAssets } from '../../../../subgraphs/content/assets/manifest.ts'
import { TEST_SECRET } from '../../../support/signed-call.ts'
import { jpegOf, noiseOf, pngOf } from '../support/images.ts'
import { articleFile, type TestService, testFolder, testService } from '../support/library.ts'

let content: TestService
let photo: Buffer
beforeAll(async () => {
  photo = await pngOf(800, 400)
  const folder = await testFolder({
    'en/a.md': articleFile('A', 'image: shop/photo.png'),
    'secret.txt': 'nobody may read this',
    'assets/shop/photo.png': photo,
    'assets/copy.png': photo,
    'assets/cut.png': (await noiseOf(200, 100)).subarray(0, 900),
    'assets/lying.jpg': await jpegOf(60, 30, 6),
    'assets/form.pdf': '%PDF-1.4 form',
  })
  content = await testService(folder.path)
})
afterAll(() => content[Symbol.asyncDispose]())

interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

/** Sends `path` unchanged; `fetch` would normalize it. */
const get = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const parts = { method, path, body: '', authorization: undefined, perspective: undefined, requestId: undefined }
    const { hostname, port } = new URL(content.url)
    const signed = { [SIGNATURE_HEADER]: sign(TEST_SECRET, parts), ...headers }
    request({ hostname, port, path, method, headers: signed }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      )
    })
      .on('error', reject)
      .end()
  })

const asset = async (path: string, fields: string) =>
  (await content.ask(`query ($path: String!) { asset(path: $path) { ${fields} } }`, { variables: { path } })).data.asset

describe('assets', () => {
  test('An asset has an address by its content, a type and a size', async () => {
    const { url, ...rest } = await asset('shop/photo.png', 'path url contentType bytes width height')
    expect(rest).toEqual({
      path: 'shop/photo.png',
      contentType: 'image/png',
      bytes: photo.length,
      width: 800,
      height: 400,
    })
    expect(url).toMatch(/^\/assets\/[0-9a-f]{32}-photo\.png$/)
    const { data } = await content.ask('{ article(slug: "a") { image { url } } }')
    expect(data.article.image.url).toBe(url)
  })

  test('A rotated picture has the size at which it is shown', async () => {
    expect(await asset('lying.jpg', 'width height')).toEqual({ width: 30, height: 60 })
  })

  test('A file that is no image has no size and no variants', async () => {
    expect(await asset('form.pdf', 'contentType width variants { url }')).toEqual({
      contentType: 'application/pdf',
      width: null,
      variants: [],
    })
  })

  test('An asset is served as immutable, with an ETag, and nothing in it may run', async () => {
    const { url } = await asset('shop/photo.png', 'url')
    const { status, headers, body } = await get(url)
    expect([status, body.equals(photo)]).toEqual([200, true])
    expect(headers).toMatchObject({
      'accept-ranges': 'bytes',
      'cache-control': 'public, max-age=31536000, immutable',
      'content-length': String(photo.length),
      'content-security-policy': "default-src 'none'; sandbox",
      'content-type': 'image/png',
      'x-content-type-options': 'nosniff',
    })
    const again = await get(url, { 'if-none-match': String(headers['etag']) })
    expect([again.status, again.body.length]).toEqual([304, 0])
    expect((await get(url, { 'if-none-match': '"another"' })).status).toBe(200)
    const head = await get(url, {}, 'HEAD')
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, String(photo.length), 0])
  })

  test.each([
    ['bytes=0-9', 0, 9],
    ['bytes=10-', 10, undefined],
    ['bytes=-5', -5, undefined],
    ['bytes=20-99999999', 20, undefined],
  ])('A range of an asset is served: %s', async (range, start, end) => {
    const { url } = await asset('shop/photo.png', 'url')
    const part = end === undefined ? photo.subarray(start) : photo.subarray(start, end + 1)
    const { status, headers, body } = await get(url, { range })
    expect([status, body.equals(part)]).toEqual([206, true])
    const from = photo.length - part.length - (end === undefined ? 0 : photo.length - end - 1)
    expect(headers['content-range']).toBe(`bytes ${from}-${from + part.length - 1}/${photo.length}`)
  })

  test('A malformed, multiple or unsupported range is answered with the whole asset, and one beyond the end is refused', async () => {
    const { url } = await asset('shop/photo.png', 'url')
    for (const headers of [
      { range: 'bytes=x' },
      { range: 'bytes=0-1,5-6' },
      { range: 'lines=1-2' },
      { range: 'bytes=0-1', 'if-range': '"other"' },
    ])
      expect((await get(url, headers)).status).toBe(200)
    const { status, headers } = await get(url, { range: 'bytes=99999999-' })
    expect([status, headers['content-range']]).toEqual([416, `bytes */${photo.length}`])
  })

  test('Assets are served to the gateway only', async () => {
    const { url } = await asset('shop/photo.png', 'url')
    expect((await fetch(content.url + url)).status).toBe(403)
  })
})

describe('variants', () => {
  test('A variant of an asset is the picture in another width and format, made once', async () => {
    const made = await asset('shop/photo.png', 'variants(width: 100) { url format width height }')
    expect(made.variants).toMatchObject([
      { format: 'AVIF', width: 100, height: 50 },
      { format: 'WEBP', width: 100, height: 50 },
    ])
    for (const { url, format } of made.variants) {
      const [first, second] = await Promise.all([get(url), get(url)])
      expect([first.status, first.headers['content-type']]).toEqual([200, `image/${format.toLowerCase()}`])
      expect(first.headers['etag']).toBe(second.headers['etag'])
      const { width, height } = await sharp(first.body).metadata()
      expect([width, height]).toEqual([100, 50])
    }
  })

  test('A variant of a rotated picture is upright', async () => {
    const { variants } = await asset('lying.jpg', 'variants(width: 20, format: WEBP) { url height }')
    const { body } = await get(variants[0].url)
    expect([variants[0].height, (await sharp(body).metadata()).height]).toEqual([40, 40])
  })

  test('Variants are offered in usual widths, never wider than the original', async () => {
    const usual = await asset('shop/photo.png', 'variants(format: WEBP) { width }')
    expect(usual.variants).toEqual([{ width: 320 }, { width: 640 }])
    const wide = await asset('shop/photo.png', 'variants(width: [900, 2000], format: WEBP) { width url }')
    expect(wide.variants).toMatchObject([{ width: 800 }])
  })

  test('Variants of equal pictures under two names have two working addresses', async () => {
    for (const path of ['copy.png', 'shop/photo.png']) {
      const { variants } = await asset(path, 'variants(width: 50, format: WEBP) { url }')
      expect((await get(variants[0].url)).status).toBe(200)
    }
  })

  test('A truncated picture has no variant, and is served itself', async () => {
    const { url, variants } = await asset('cut.png', 'url variants(width: 50, format: WEBP) { url }')
    expect([(await get(url)).status, (await get(variants[0].url)).status]).toEqual([200, 404])
  })

  test('A variant with a width beyond the limits is refused', async () => {
    for (const width of ['[15]', '[2561]', '[-1]', `[${Array.from({ length: 9 }, (_, index) => 100 + index)}]`]) {
      const { errors } = await content.ask(`{ asset(path: "copy.png") { variants(width: ${width}) { url } } }`)
      expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT')
    }
  })
})

describe('files that are no assets', () => {
  test('Only assets are served by path, no other files', async () => {
    for (const path of [
      '../secret.txt',
      'shop/../../secret.txt',
      '/etc/passwd',
      'shop',
      '',
      'assets/copy.png',
      '__proto__',
      'shop\\photo.png',
    ])
      expect(await asset(path, 'url')).toBeNull()
  })

  test('An unknown address is not found, and that answer may not be stored', async () => {
    const { url } = await asset('shop/photo.png', 'url')
    const hash = url.slice('/assets/'.length, '/assets/'.length + 32)
    const addresses = [
      '/assets/../secret.txt',
      '/assets/..%2fsecret.txt',
      '/assets/%2e%2e/secret.txt',
      `/assets/${hash}-../../secret.txt`,
      '/assets/',
      '/assets/shop/photo.png',
      `/assets/${hash}-other.png`,
      `/assets/${'0'.repeat(32)}-photo.png`,
      `${url}?x=1`,
      `/assets/${hash}-photo.900w.webp`,
      `/assets/${hash}-photo.0w.webp`,
      `/assets/${hash}-photo.0100w.webp`,
      `/assets/${hash}-photo.100w.png`,
      `/assets/${hash}-other.100w.webp`,
    ]
    for (const address of addresses) {
      const { status, headers } = await get(address)
      expect([address, status, headers['cache-control']]).toEqual([address, 404, 'no-store'])
    }
  })

  test('An unusable file is refused by name when the library is read', async () => {
    const hostile = await testFolder({
      'assets/script.svg': '<svg onload="alert(1)"/>',
      'assets/page.html': '<script>alert(1)</script>',
      'assets/noise.png': randomBytes(200),
      'assets/wrong.png': await jpegOf(4, 4),
      'assets/.hidden': 'x',
      'assets/sp ace.png': await pngOf(2, 2),
      'assets/bomb.png': hugePng(60_000, 60_000),
      'assets/fine.png': await pngOf(2, 2),
      'outside.png': await pngOf(2, 2),
    })
    await symlink(join(hostile.path, 'outside.png'), join(hostile.path, 'assets/link.png'))
    await symlink('/etc', join(hostile.path, 'assets/etc'))
    const manifest = await readAssets(hostile.path)
    expect(manifest.faults.map(({ file, message }) => `${file}: ${message}`)).toEqual([
      'assets/.hidden: the name must be letters, digits, dots and hyphens',
      'assets/etc: is not a plain file; links are not followed',
      'assets/link.png: is not a plain file; links are not followed',
      'assets/sp ace.png: the name must be letters, digits, dots and hyphens',
      'assets/bomb.png: is 60000 × 60000 pixels: more than 8192 a side or 24000000 in all',
      'assets/noise.png: is not an image',
      'assets/page.html: files of type ".html" are not served',
      'assets/script.svg: files of type ".svg" are not served',
      'assets/wrong.png: is not image/png but image/jpeg',
    ])
    expect(manifest.byPath('fine.png')).toBeDefined()
    for (const path of ['link.png', 'etc/passwd', 'bomb.png']) expect(manifest.byPath(path)).toBeUndefined()
  })

  test('A file changed in place is not served under its old address', async () => {
    const own = await testFolder({ 'en/a.md': articleFile('A'), 'assets/a.png': await pngOf(5, 5) })
    await using service = await testService(own.path)
    const { data } = await service.ask('{ asset(path: "a.png") { url } }')
    await own.write({ 'assets/a.png': await pngOf(6, 6) })
    const parts = {
      method: 'GET',
      path: data.asset.url,
      body: '',
      authorization: undefined,
      perspective: undefined,
      requestId: undefined,
    }
    const response = await fetch(service.url + data.asset.url, {
      headers: { [SIGNATURE_HEADER]: sign(TEST_SECRET, parts) },
    })
    expect(response.status).toBe(404)
  })
})

/** A PNG of a few bytes that declares an enormous size. */
function hugePng(width: number, height: number): Buffer {
  const header = Buffer.from('89504e470d0a1a0a0000000d49484452000000000000000008060000000000000000', 'hex')
  header.writeUInt32BE(width, 16)
  header.writeUInt32BE(height, 20)
  return header
}
