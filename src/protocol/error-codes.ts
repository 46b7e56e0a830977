/** General text of each EMV error code: emv3ds-protocol §12.2. There is no 401. */
const descriptions: Readonly<Record<string, string>> = {
  101: 'Message is not readable or not meant for this component',
  102: 'Message version is not supported',
  103: 'Preparation requests are sent too often',
  201: 'A required element is missing',
  202: 'A critical message extension is not known',
  203: 'An element has an invalid format or value',
  204: 'An element occurs more than once',
  205: 'Card ranges of the preparation response overlap',
  206: 'The action is not possible on this card range',
  207: 'An element has a reserved value',
  301: 'Transaction identifier is not known or not valid here',
  302: 'Decryption or signature check failed',
  303: 'Access denied for this endpoint or component',
  304: 'An ISO code is not valid',
  305: 'Transaction data is well formed but cannot be used',
  306: 'Merchant category code is not valid for the payment system',
  307: 'Serial number is not valid',
  308: 'Signature of the SDK server is not valid',
  309: 'Content security policy failed',
  310: 'Encryption algorithm is not allowed',
  311: 'Key identifier is not known',
  312: 'Message was already received',
  313: 'Results request without a challenge',
  314: 'A repeated challenge request is not supported',
  315: 'Challenge request after the results request',
  402: 'Transaction timed out',
  403: 'Passing system fault, try again',
  404: 'Lasting system fault',
  405: 'Connection to the next component failed'
}

/** Whether EMV has a code. */
export function isErrorCode (value: unknown): value is string {
  return typeof value === 'string' && Object.hasOwn(descriptions, value)
}

/**
 * The `errorDescription` that goes with a code. Receivers accept codes they do not know, so an unknown one gets a neutral text.
 * @param errorCode three digits
 */
export function describeErrorCode (errorCode: string): string {
  return isErrorCode(errorCode) ? descriptions[errorCode] as string : 'Error'
}
