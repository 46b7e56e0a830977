import { formatAmount } from '../../protocol/currencies.ts'
import type { AReq } from '../../protocol/messages.ts'
import { type Scheme, schemeOf } from '../../protocol/schemes.ts'
import { escapeHtml } from './html.ts'

/** The elements of an AReq that a cardholder is shown; a whole AReq fits. */
export type Purchase = Pick<AReq, 'acctNumber' | 'merchantName' | 'purchaseAmount' | 'purchaseCurrency' | 'purchaseExponent' | 'purchaseDate'>

const schemeNames: Readonly<Partial<Record<Scheme, string>>> = {
  visa: 'Visa',
  mastercard: 'Mastercard',
  amex: 'American Express',
  discover: 'Discover',
  jcb: 'JCB',
  unionpay: 'UnionPay',
  mir: 'Mir',
  elo: 'Elo',
  eftpos: 'eftpos',
  cb: 'Cartes Bancaires'
}

/**
 * @param scheme that the DS decided on; else the card number tells
 * @returns the card scheme as cardholders know it; `undefined` for a card of no scheme that we can tell
 */
export function schemeName ({ acctNumber }: Purchase, scheme: Scheme = schemeOf(acctNumber)): string | undefined {
  return schemeNames[scheme]
}

/**
 * What is being paid, to whom and with which card, as a description list.
 * @param purchase missing or malformed elements are left out
 * @returns HTML with the last four digits of the card number and no other part of it; nothing where there is nothing to tell
 */
export function renderPurchase (purchase: Partial<Purchase>): string {
  const amount = formatAmount(purchase)
  const rows = [
    row('Merchant', purchase.merchantName),
    amount === undefined ? '' : `<dt>Amount</dt><dd class="amount">${escapeHtml(amount)}</dd>`,
    row('Date', formatDate(purchase.purchaseDate)),
    purchase.acctNumber === undefined ? '' : `<dt>Card</dt><dd>${maskCard(purchase.acctNumber)}</dd>`
  ].filter((html) => html !== '')
  return rows.length === 0 ? '' : `<dl id="purchase">\n${rows.join('\n')}\n</dl>`
}

function row (term: string, text: string | undefined): string {
  return text === undefined || text === '' ? '' : `<dt>${term}</dt><dd>${escapeHtml(text)}</dd>`
}

/** The last four digits, as a cardholder knows his card; none of a number too short to be a card's. */
function maskCard (acctNumber: string): string {
  const lastFour = /^\d{13,19}$/.test(acctNumber) ? acctNumber.slice(-4) : '····'
  return `<span aria-hidden="true">•••• </span><span class="unseen">ending in </span>${lastFour}`
}

/** Made for the first page: it takes long to make. */
let dayFormat: Intl.DateTimeFormat | undefined

/** `purchaseDate` (YYYYMMDDHHMMSS, UTC) as a day in words; nothing if there is no such day. */
function formatDate (purchaseDate = ''): string | undefined {
  const [, year, month, day] = /^(\d{4})(\d\d)(\d\d)\d{6}$/.exec(purchaseDate) ?? []
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`)
  // Date takes 31 February for 3 March.
  if (Number.isNaN(date.getTime()) || date.getUTCDate() !== Number(day)) return undefined
  dayFormat ??= new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeZone: 'UTC' })
  return dayFormat.format(date)
}
