import { inflateSync, crc32 } from 'node:zlib'
import t from 'tap'
import { imageOf, imagePath, IMAGES } from '../../../../src/acs/ui/images.ts'

/** Reads a PNG as ISO/IEC 15948 has it: chunks with their checks, no filter, 8 bits RGBA. */
function decode (png: Buffer): { width: number, height: number, pixel: (x: number, y: number) => number[] } {
  t.equal(png.subarray(0, 8).toString('latin1'), '\x89PNG\r\n\x1a\n')
  const chunks = new Map<string, Buffer>()
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at)
    const data = png.subarray(at + 8, at + 8 + length)
    t.equal(png.readUInt32BE(at + 8 + length), crc32(png.subarray(at + 4, at + 8 + length)))
    chunks.set(png.toString('latin1', at + 4, at + 8), data)
    at += 12 + length
  }
  t.strictSame([...chunks.keys()], ['IHDR', 'IDAT', 'IEND'])
  const header = chunks.get('IHDR') as Buffer
  t.strictSame([...header.subarray(8)], [8, 6, 0, 0, 0])
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)]
  const rows = inflateSync(chunks.get('IDAT') as Buffer)
  t.equal(rows.length, height * (1 + 4 * width))
  return { width, height, pixel: (x, y) => [...rows.subarray(y * (1 + 4 * width) + 1 + 4 * x, y * (1 + 4 * width) + 5 + 4 * x)] }
}

t.test('issuer and payment system, each in the sizes of 2.1.0 and 2.2.0 and the modes of 2.3.1', async (t) => {
  t.strictSame(IMAGES.map(({ name, size }) => imagePath(name, size)), [
    'images/issuer-medium.png', 'images/issuer-high.png', 'images/issuer-extraHigh.png',
    'images/issuer-default.png', 'images/issuer-dark.png', 'images/issuer-monochrome.png',
    'images/payment-system-medium.png', 'images/payment-system-high.png', 'images/payment-system-extraHigh.png',
    'images/payment-system-default.png', 'images/payment-system-dark.png', 'images/payment-system-monochrome.png'
  ])
})

t.test('each is a small PNG of one colour on nothing, drawn once', async (t) => {
  const WIDTHS = { medium: 64, high: 96, extraHigh: 128, default: 128, dark: 128, monochrome: 128 }
  const COLORS = { medium: [13, 90, 112], high: [13, 90, 112], extraHigh: [13, 90, 112], default: [13, 90, 112], dark: [132, 207, 224], monochrome: [96, 96, 96] }
  for (const { name, size } of IMAGES) {
    const { type, body } = imageOf(name, size)
    t.equal(type, 'image/png')
    t.ok(body.length < 4000, `${name} ${size}: ${body.length}`)
    t.equal(imageOf(name, size).body, body)
    const { width, height, pixel } = decode(body)
    t.strictSame([width, height], [WIDTHS[size], WIDTHS[size]])
    t.strictSame(pixel(0, 0), [...COLORS[size], 0], 'nothing in the corner')
    // The roof of the bank; the card below its stripe.
    t.strictSame(pixel(width / 2, Math.round(width * (name === 'issuer' ? 5 : 17) / 24)), [...COLORS[size], 255])
    const alphas = new Set(Array.from({ length: width * width }, (_, at) => pixel(at % width, Math.floor(at / width))[3]))
    t.ok(alphas.size > 3, 'soft edges')
  }
})
