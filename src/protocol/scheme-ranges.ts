/**
 * Card schemes as far as ECI and authentication value differ, or a 3DS Requestor can ask for them. Maestro counts as Mastercard,
 * Diners as Discover. `cb` is Cartes Bancaires, `other` what no range and no name tells.
 */
export const SCHEMES = ['visa', 'mastercard', 'amex', 'discover', 'jcb', 'unionpay', 'mir', 'elo', 'eftpos', 'cb', 'other'] as const

export type Scheme = typeof SCHEMES[number]

/** Six leading digits, from and to, both included, and how many digits the cards have. */
export type SchemeRange = readonly [from: number, to: number, scheme: Scheme, lengths: readonly number[]]

const SIXTEEN = [16]
const UP_TO_19 = [16, 17, 18, 19]
const DINERS = [14, 15, ...UP_TO_19]
const MAESTRO = [13, ...DINERS]

/**
 * The ranges of ISO/IEC 7812 that schemes are publicly known by, in ascending order, none inside another. Two ranges of Elo that
 * are three numbers or fewer apart are one here. eftpos and Cartes Bancaires have none, as their cards are co-badged:
 * docs/decisions/schemes.md.
 */
export const SCHEME_RANGES: readonly SchemeRange[] = [
  [220000, 220499, 'mir', UP_TO_19],
  [222100, 272099, 'mastercard', SIXTEEN],
  [300000, 305999, 'discover', DINERS],
  [309000, 309999, 'discover', DINERS],
  [333700, 334999, 'jcb', UP_TO_19],
  [340000, 349999, 'amex', [15]],
  [352800, 358999, 'jcb', UP_TO_19],
  [360000, 369999, 'discover', DINERS],
  [370000, 379999, 'amex', [15]],
  [380000, 399999, 'discover', DINERS],
  [400000, 499999, 'visa', [13, 16, 19]],
  [500000, 504174, 'mastercard', MAESTRO],
  [504175, 504175, 'elo', SIXTEEN],
  [504176, 506698, 'mastercard', MAESTRO],
  [506699, 506778, 'elo', SIXTEEN],
  [506779, 508999, 'mastercard', MAESTRO],
  [509000, 509999, 'elo', SIXTEEN],
  [510000, 559999, 'mastercard', SIXTEEN],
  [560000, 589999, 'mastercard', MAESTRO],
  [601100, 601199, 'discover', UP_TO_19],
  [620000, 627779, 'unionpay', UP_TO_19],
  [627780, 627780, 'elo', SIXTEEN],
  [627781, 629999, 'unionpay', UP_TO_19],
  [630400, 630499, 'mastercard', MAESTRO],
  [636297, 636297, 'elo', SIXTEEN],
  [636368, 636368, 'elo', SIXTEEN],
  [639000, 639099, 'mastercard', MAESTRO],
  [644000, 650030, 'discover', UP_TO_19],
  [650031, 650051, 'elo', SIXTEEN],
  [650052, 650404, 'discover', UP_TO_19],
  [650405, 650439, 'elo', SIXTEEN],
  [650440, 650484, 'discover', UP_TO_19],
  [650485, 650598, 'elo', SIXTEEN],
  [650599, 650699, 'discover', UP_TO_19],
  [650700, 650727, 'elo', SIXTEEN],
  [650728, 650900, 'discover', UP_TO_19],
  [650901, 650978, 'elo', SIXTEEN],
  [650979, 651651, 'discover', UP_TO_19],
  [651652, 651679, 'elo', SIXTEEN],
  [651680, 654999, 'discover', UP_TO_19],
  [655000, 655058, 'elo', SIXTEEN],
  [655059, 659999, 'discover', UP_TO_19],
  [670000, 679999, 'mastercard', MAESTRO],
  [810000, 819999, 'unionpay', UP_TO_19]
]
