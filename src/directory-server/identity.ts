import { type Scheme, schemeOf } from '../protocol/schemes.ts'

/** How this DS calls itself. */
export const DS_REFERENCE_NUMBER = 'MOCK_DS'

/** The RID of each scheme's Directory Server, as its SDKs know it; of the others ours. */
const DIRECTORY_SERVER_IDS: Readonly<Record<string, string>> = {
  visa: 'A000000003',
  mastercard: 'A000000004',
  amex: 'A000000025',
  jcb: 'A000000065',
  discover: 'A000000152',
  mir: 'A000000658',
  unionpay: 'A000000333',
  cb: 'A000000042',
  eftpos: 'A000000384'
}
const OUR_ID = 'F000000000'

/**
 * The directory server id (RID) with which an SDK derives keys for its device data: emv3ds-protocol §13.1.
 * @param scheme the one that was decided on; without it the card number tells
 */
export function directoryServerId (acctNumber: string, scheme: Scheme = schemeOf(acctNumber)): string {
  return DIRECTORY_SERVER_IDS[scheme] ?? OUR_ID
}
