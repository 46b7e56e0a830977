import type { textAppCRes } from '../../acs/build-cres.ts'

/** The original server's one screen: no text, no resend, the same whatever happened before. */
export const legacyTextCRes: typeof textAppCRes = ({ counter, ...ids }) => ({
  ...ids,
  acsCounterAtoS: counter,
  acsUiType: '01',
  challengeCompletionInd: 'N',
  challengeInfoHeader: 'Authentication Required',
  challengeInfoLabel: 'Enter OTP:',
  messageType: 'CRes',
  submitAuthenticationLabel: 'Submit'
})
