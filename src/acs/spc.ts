import { createHash } from 'node:crypto'
import { currencies, decimalOf } from '../protocol/currencies.ts'
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
      displayName: 'Test card',
      icon: ICON,
      ...payee,
      timeout: SPC_TIMEOUT,
      ...spcTotal(aReq)
    }
  }
}

/** What is paid: the code of a currency, and the amount with a decimal point; 0 where nothing is paid. */
export function spcTotal ({ purchaseAmount = '', purchaseCurrency = '', purchaseExponent = '0' }: AReq): { currency: string, value: string } {
  return {
    currency: currencies.get(purchaseCurrency)?.alphabeticCode ?? 'EUR',
    value: /^\d+$/.test(purchaseAmount) ? decimalOf(purchaseAmount, Number(purchaseExponent)) : '0'
  }
}

/** Base64url, 43 characters. */
function digestOf (text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
