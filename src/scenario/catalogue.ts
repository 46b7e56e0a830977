import { METHOD_SCENARIOS } from './method-scenarios.ts'
import type { Scenario } from './scenario.ts'

/**
 * The built-in scenarios, first match wins. The endings from 4000 to 4020 are the mock's own, 0203 and 1103 those of 3dsecure.io's test cards, the
 * others those of a widely published set of Visa test cards (Cardinal, Braintree, Worldpay, Cybersource), so that present test data keeps its meaning.
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
    name: 'challenge-single-select',
    description: 'Challenge: one of several choices.',
    match: { acctNumberEnd: '4002' },
    outcome: { transStatus: 'C', challenge: { screens: ['single-select'] } },
    exampleCard: '4000400040004002'
  },
  {
    name: 'challenge-multi-select',
    description: 'Challenge: several choices at once.',
    match: { acctNumberEnd: '4003' },
    outcome: { transStatus: 'C', challenge: { screens: ['multi-select'] } },
    exampleCard: '4000400040004003'
  },
  {
    name: 'challenge-out-of-band',
    description: 'Challenge: approval in the bank\'s app, which is the page /acs/oob/{acsTransID}.',
    match: { acctNumberEnd: '4004' },
    outcome: { transStatus: 'C', challenge: { screens: ['out-of-band'] } },
    exampleCard: '4000400040004004'
  },
  {
    name: 'challenge-html',
    description: 'Challenge: code entry; in the app as HTML.',
    match: { acctNumberEnd: '4005' },
    outcome: { transStatus: 'C', challenge: { screens: ['text'], acsInterface: '02' } },
    exampleCard: '4000400040004005'
  },
  {
    name: 'challenge-html-out-of-band',
    description: 'Challenge: approval in the bank\'s app; in the app as HTML.',
    match: { acctNumberEnd: '4006' },
    outcome: { transStatus: 'C', challenge: { screens: ['out-of-band'], acsInterface: '02' } },
    exampleCard: '4000400040004006'
  },
  {
    name: 'challenge-information',
    description: 'Challenge: information first, in the app from 2.3.1 on, then code entry.',
    match: { acctNumberEnd: '4007' },
    outcome: { transStatus: 'C', challenge: { screens: ['information', 'text'] } },
    exampleCard: '4000400040004007'
  },
  {
    name: 'challenge-consents',
    description: 'Challenge: code entry, with the consents that the version knows (trust list 2.2.0, device binding 2.3.1).',
    match: { acctNumberEnd: '4008' },
    outcome: { transStatus: 'C', challenge: { screens: ['text'], consents: ['trustList', 'deviceBinding'] } },
    exampleCard: '4000400040004008'
  },
  {
    name: 'challenge-two-entries',
    description: 'Challenge: code entry, in the app from 2.3.1 on in two boxes.',
    match: { acctNumberEnd: '4009' },
    outcome: { transStatus: 'C', challenge: { screens: ['text'], secondEntry: true } },
    exampleCard: '4000400040004009'
  },
  {
    name: 'decoupled',
    description: 'Decoupled, where the 3DS Requestor takes it (else N with reason 23): approval in the bank\'s app, which is the page /acs/oob/{acsTransID}. In 2.1.0 a challenge.',
    match: { acctNumberEnd: '4010' },
    outcome: { transStatus: 'D' },
    exampleCard: '4000400040004010'
  },
  {
    name: 'challenge-fallback',
    description: 'Challenge: information, then fallback to decoupled where the 3DS Requestor takes it (2.3.1).',
    match: { acctNumberEnd: '4011' },
    outcome: { transStatus: 'C', challenge: { screens: ['information'], fallback: true } },
    exampleCard: '4000400040004011'
  },
  {
    name: 'payment-confirmation',
    description: 'Secure Payment Confirmation, where the browser and the 3DS Requestor can do it (2.3.1). Else a challenge.',
    match: { acctNumberEnd: '4012' },
    outcome: { transStatus: 'S' },
    exampleCard: '4000400040004012'
  },
  {
    name: 'challenge-select-then-code',
    description: 'Challenge: one of several choices, then code entry.',
    match: { acctNumberEnd: '4013' },
    outcome: { transStatus: 'C', challenge: { screens: ['single-select', 'text'] } },
    exampleCard: '4000400040004013'
  },
  ...METHOD_SCENARIOS,
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

/** Those that the original server's one screen can serve. */
export const ORIGINAL_SCENARIOS: readonly Scenario[] = BUILT_IN_SCENARIOS.filter(({ outcome: { transStatus, challenge, threeDSMethod } }) =>
  challenge === undefined && threeDSMethod === undefined && transStatus !== 'D' && transStatus !== 'S')
