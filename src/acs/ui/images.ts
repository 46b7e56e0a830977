import { drawShape } from './png.ts'

/** An image as it is sent. */
export interface Image {
  /** Media type. */
  type: 'image/png'
  body: Buffer
}

/** Whether a point is part of a picture that is 24 wide and 24 high. */
type Picture = (x: number, y: number) => boolean

const within = (value: number, from: number, to: number): boolean => value >= from && value <= to

/** A house with columns. */
const bank: Picture = (x, y) => (within(y, 2, 7) && Math.abs(x - 12) <= 2 * (y - 2)) ||
  (within(x, 2, 22) && (within(y, 7, 9) || within(y, 20, 22))) ||
  (within(y, 11, 18) && [4, 10.5, 17].some((left) => within(x, left, left + 3)))

/** A card with a stripe. */
const card: Picture = (x, y) => isOnCard(x, y) && !within(y, 8, 11) && !(within(x, 5, 10) && within(y, 14, 15.5))

/** From 2 to 22 and from 5 to 19, corners rounded by 2. */
function isOnCard (x: number, y: number): boolean {
  const outside = [Math.max(4 - x, x - 20, 0), Math.max(7 - y, y - 17, 0)] as const
  return Math.hypot(...outside) <= 2
}

const PICTURES = { issuer: bank, 'payment-system': card } as const
export type ImageName = keyof typeof PICTURES

const DAY = [13, 90, 112] as const
const NIGHT = [132, 207, 224] as const
const GREY = [96, 96, 96] as const

/** Pixels and colour: by density of the display until 2.2.0, by its mode from 2.3.1 on. */
const SIZES = {
  medium: [64, DAY], high: [96, DAY], extraHigh: [128, DAY], default: [128, DAY], dark: [128, NIGHT], monochrome: [128, GREY]
} as const
export type ImageSize = keyof typeof SIZES

/** Every image that there is. */
export const IMAGES = (Object.keys(PICTURES) as ImageName[]).flatMap((name) => (Object.keys(SIZES) as ImageSize[]).map((size) => ({ name, size })))

/** @returns where an image is, below `/acs/`. */
export function imagePath (name: ImageName, size: string): string {
  return `images/${name}-${size}.png`
}

const drawn = new Map<string, Image>()

/** One of the images that `issuerImage` and `psImage` name. Drawn when first asked for: PNG, as not every SDK shows SVG. */
export function imageOf (name: ImageName, size: ImageSize): Image {
  const path = imagePath(name, size)
  const known = drawn.get(path)
  if (known !== undefined) return known
  const [width, color] = SIZES[size]
  const image: Image = { type: 'image/png', body: drawShape(width, color, (x, y) => PICTURES[name](24 * x, 24 * y)) }
  drawn.set(path, image)
  return image
}
