import { isAcquirerExemption } from './acquirer-exemption.ts'
import type { AReq, TransStatus } from './messages.ts'
import { type Scheme, schemeOf } from './schemes.ts'

/** Whether a payment that ends with N, U or R has an ECI: both habits are in use (emv3ds-protocol §8, §17). */
export type EciOnFailure = 'absent' | 'present'

type EciByStatus = Readonly<Partial<Record<TransStatus, string>>>

interface EciTable {
  payment: EciByStatus
  /** With N, U and R, where it is wanted. */
  failure?: string
  nonPayment?: EciByStatus
  /** In place of `payment`, where the acquirer makes use of an exemption. */
  exemption?: EciByStatus
  /** In place of `payment`, without the cardholder. */
  merchantInitiated?: EciByStatus
}

const VISA_FAMILY: EciTable = { payment: { Y: '05', A: '06', I: '07' }, failure: '07' }

const ECI: Readonly<Record<Exclude<Scheme, 'cb'>, EciTable>> = {
  visa: VISA_FAMILY,
  amex: VISA_FAMILY,
  discover: VISA_FAMILY,
  jcb: VISA_FAMILY,
  unionpay: VISA_FAMILY,
  elo: VISA_FAMILY,
  eftpos: VISA_FAMILY,
  other: VISA_FAMILY,
  mastercard: {
    payment: { Y: '02', A: '01', I: '04' },
    failure: '00',
    nonPayment: { Y: 'N2', N: 'N0', U: 'N0' },
    exemption: { I: '06' },
    merchantInitiated: { Y: '07' }
  },
  mir: { payment: { Y: '02', A: '01' }, nonPayment: { Y: '02', A: '01' } }
}

/** Cartes Bancaires has the values of the scheme that the card is co-badged with, but for that scheme's own special cases. */
const CB_WITH_VISA: EciTable = { payment: { Y: '05', A: '06' }, failure: '07' }
const CB_WITH_MASTERCARD: EciTable = { payment: { Y: '02', A: '01' }, failure: '00' }

const FAILURES: readonly TransStatus[] = ['N', 'U', 'R']

/** `threeRIInd`: recurring, instalment, split or delayed, top-up, other payment; 15 and 16 since 2.3.1. Orders by mail or telephone (08, 09) are the cardholder's. */
const MERCHANT_INITIATED: readonly unknown[] = ['01', '02', '06', '07', '11', '15', '16']

/**
 * The Electronic Commerce Indicator that belongs to a status (emv3ds-protocol §8).
 * @param aReq `messageCategory` 02 is non-payment, every other value is treated as payment
 * @param onFailure of payments only
 * @returns two characters, or undefined where the element is absent
 */
export function eciFor (scheme: Scheme, transStatus: TransStatus, aReq: AReq, onFailure: EciOnFailure = 'absent'): string | undefined {
  const table = tableOf(scheme, aReq)
  if (aReq.messageCategory === '02') return table.nonPayment?.[transStatus]
  const eci = specialOf(table, aReq)?.[transStatus] ?? table.payment[transStatus]
  return eci === undefined && onFailure === 'present' && FAILURES.includes(transStatus) ? table.failure : eci
}

function tableOf (scheme: Scheme, { acctNumber }: AReq): EciTable {
  if (scheme !== 'cb') return ECI[scheme]
  return schemeOf(acctNumber) === 'mastercard' ? CB_WITH_MASTERCARD : CB_WITH_VISA
}

function specialOf (table: EciTable, aReq: AReq): EciByStatus | undefined {
  if (isAcquirerExemption(aReq)) return table.exemption
  return aReq.deviceChannel === '03' && MERCHANT_INITIATED.includes(aReq['threeRIInd']) ? table.merchantInitiated : undefined
}
