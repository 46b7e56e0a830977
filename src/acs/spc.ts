import { createHash } from 'node:crypto'
import { currencies } from '../protocol/currencies.ts'
import type { AReq, ARes } from '../protocol/messages.ts'

/** How long the browser may take, milliseconds. */
const SPC_TIMEOUT = '300000'
/** Whose credentials they are. No real one: browsers know none of it. */
const RELYING_PARTY = 'acs.example.test'
/** One transparent pixel. */
const ICON = 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAAC0lEQVR42mNgAAIAAAUAAen63NgAAAAASUVORK5CYII='
const LONGEST_NAME = 40

/**
 * What the 3DS Requestor hands to the browser's payment confirmation: emv3ds-protocol §5.9. Challenge and credential follow from
 * the transaction's id, so that the same transaction is told the same again.
 * @param aReq of a 2.3.1 browser, with `payeeOrigin`
 */
export function spcElements (aReq: AReq, acsTransID: string): Partial<ARes> {
  const payee = typeof aReq['payeeOrigin'] === 'string'
    ? { payeeOrigin: aReq['payeeOrigin'] }
    : { payeeName: (aReq.merchantName ?? 'Merchant').slice(0, LONGEST_NAME) }
  return {
    webAuthnCredList: [{ rpID: RELYING_PARTY, credentialIds: digestOf(`credential ${acsTransID}`) }],
    spcTransData: {
      challenge: digestOf(`challenge ${acsTransID}`),
      currency: currencies.get(aReq.purchaseCurrency ?? '')?.alphabeticCode ?? 'EUR',
      displayName: 'Test card',
      icon: ICON,
      ...payee,
      timeout: SPC_TIMEOUT,
      value: decimalOf(aReq)
    }
  }
}

/** Base64url, 43 characters. */
function digestOf (text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

/** The amount with a decimal point; 0 where nothing is paid. */
function decimalOf ({ purchaseAmount, purchaseExponent }: AReq): string {
  if (purchaseAmount === undefined || !/^\d+$/.test(purchaseAmount)) return '0'
  const decimals = Number(purchaseExponent ?? '0')
  if (decimals === 0) return purchaseAmount
  const digits = purchaseAmount.padStart(decimals + 1, '0')
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
}
