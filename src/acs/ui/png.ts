import { crc32, deflateSync } from 'node:zlib'

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')

/** Points looked at in each pixel, across and down: edges get soft. */
const SAMPLES = 4

/**
 * A shape of one colour on nothing, as PNG (ISO/IEC 15948: 8 bits each of red, green, blue and alpha).
 * @param width of the square image, in pixels
 * @param color red, green and blue, 0 to 255 each
 * @param isInside whether a point belongs to the shape; both coordinates from 0 to 1, from the top left
 */
export function drawShape (width: number, color: readonly [number, number, number], isInside: (x: number, y: number) => boolean): Buffer {
  const rows = Buffer.concat(Array.from({ length: width }, (_, y) => Buffer.from([
    // No filter.
    0,
    ...Array.from({ length: width }, (_, x) => [...color, Math.round(255 * coverage(x, y, width, isInside))]).flat()
  ])))
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(width, 4)
  header.set([8, 6], 8)
  return Buffer.concat([SIGNATURE, chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))])
}

function coverage (x: number, y: number, width: number, isInside: (x: number, y: number) => boolean): number {
  let hits = 0
  for (let sample = 0; sample < SAMPLES ** 2; sample++) {
    const across = (sample % SAMPLES + 0.5) / SAMPLES
    const down = (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES
    if (isInside((x + across) / width, (y + down) / width)) hits++
  }
  return hits / SAMPLES ** 2
}

function chunk (type: string, data: Buffer): Buffer {
  const checked = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  check.writeUInt32BE(crc32(checked))
  return Buffer.concat([length, checked, check])
}
