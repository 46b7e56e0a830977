import type { Scenario } from './scenario.ts'

/**
 * The built-in scenarios, first match wins. The endings other than 4000 and 4001 are those of a widely published set of
 * Visa test cards (Cardinal, Braintree, Worldpay, Cybersource), so that present test data keeps its meaning.
 * The card table of README.md and of the OpenAPI document is generated from this list.
 */
export const BUILT_IN_SCENARIOS: readonly Scenario[] = [
  {
    name: 'challenge-mandated',
    description: 'The 3DS Requestor mandates a challenge: any card is challenged.',
    match: { threeDSRequestorChallengeInd: '04' },
    outcome: { transStatus: 'C' }
  },
  {
    name: 'challenge-skipped',
    description: 'The 3DS Requestor asks for no challenge (exemption): any card is authenticated without one.',
    match: { threeDSRequestorChallengeInd: '05' },
    outcome: { transStatus: 'Y', acs: 'exemption' }
  },
  {
    name: 'challenge',
    description: 'Challenge: code entry in the browser or the app.',
    match: { acctNumberEnd: '4001' },
    outcome: { transStatus: 'C' },
    exampleCard: '4000400040004001'
  },
  {
    name: 'frictionless',
    description: 'Authenticated without a challenge.',
    match: { acctNumberEnd: '4000' },
    outcome: { transStatus: 'Y' },
    exampleCard: '4000400040004000'
  },
  {
    name: 'not-authenticated',
    description: 'Not authenticated, reason 01 (card authentication failed).',
    match: { acctNumberEnd: '1018' },
    outcome: { transStatus: 'N', transStatusReason: '01' },
    exampleCard: '4000000000001018'
  },
  {
    name: 'attempted',
    description: 'Attempt: not authenticated, but proof of the attempt is given.',
    match: { acctNumberEnd: '1026' },
    outcome: { transStatus: 'A' },
    exampleCard: '4000000000001026'
  },
  {
    name: 'unavailable',
    description: 'Authentication could not be performed, reason 14 (timed out at the ACS).',
    match: { acctNumberEnd: '1034' },
    outcome: { transStatus: 'U', transStatusReason: '14' },
    exampleCard: '4000000000001034'
  },
  {
    name: 'rejected',
    description: 'Rejected by the issuer, reason 11 (suspected fraud).',
    match: { acctNumberEnd: '1042' },
    outcome: { transStatus: 'R', transStatusReason: '11' },
    exampleCard: '4000000000001042'
  },
  {
    name: 'informational',
    description: 'Informational only (data only); in 2.1.0, which has no I: U with reason 07.',
    match: { acctNumberEnd: '2024' },
    outcome: { transStatus: 'I' },
    exampleCard: '4000000000002024'
  },
  {
    name: 'not-enrolled',
    description: 'In no card range: /3ds/version finds none; authenticated anyway, U with reason 13 (cardholder not enrolled).',
    match: { acctNumberEnd: '1059' },
    outcome: { transStatus: 'U', transStatusReason: '13', notEnrolled: true },
    exampleCard: '4000000000001059'
  },
  {
    name: 'any-other-card',
    description: 'Every other card is authenticated without a challenge.',
    match: {},
    outcome: { transStatus: 'Y' },
    exampleCard: '4111111111111111'
  }
]
