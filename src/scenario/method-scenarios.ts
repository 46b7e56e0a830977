import type { Scenario } from './scenario.ts'

/** Cards whose 3DS Method does not notify at once. The authentication itself is that of any other card. */
export const METHOD_SCENARIOS: readonly Scenario[] = [
  {
    name: 'method-slow',
    description: 'Authenticated without a challenge; the 3DS Method notifies after 3 s, in time.',
    match: { acctNumberEnd: '4014' },
    outcome: { transStatus: 'Y', threeDSMethod: { type: 'delay', ms: 3000 } },
    exampleCard: '4000400040004014'
  },
  {
    name: 'method-late',
    description: 'Authenticated without a challenge; the 3DS Method notifies after 12 s, too late.',
    match: { acctNumberEnd: '4015' },
    outcome: { transStatus: 'Y', threeDSMethod: { type: 'delay', ms: 12_000 } },
    exampleCard: '4000400040004015'
  },
  {
    name: 'method-never',
    description: 'Authenticated without a challenge; the 3DS Method never notifies.',
    match: { acctNumberEnd: '4016' },
    outcome: { transStatus: 'Y', threeDSMethod: { type: 'never' } },
    exampleCard: '4000400040004016'
  },
  {
    name: 'method-twice',
    description: 'Authenticated without a challenge; the 3DS Method notifies twice.',
    match: { acctNumberEnd: '4017' },
    outcome: { transStatus: 'Y', threeDSMethod: { type: 'twice' } },
    exampleCard: '4000400040004017'
  },
  {
    name: 'method-wrong-id',
    description: 'Authenticated without a challenge; the 3DS Method notifies of another threeDSServerTransID.',
    match: { acctNumberEnd: '4018' },
    outcome: { transStatus: 'Y', threeDSMethod: { type: 'wrong-id' } },
    exampleCard: '4000400040004018'
  },
  {
    name: 'method-garbage',
    description: 'Authenticated without a challenge; the 3DS Method notifies with a threeDSMethodData that cannot be read.',
    match: { acctNumberEnd: '4019' },
    outcome: { transStatus: 'Y', threeDSMethod: { type: 'garbage' } },
    exampleCard: '4000400040004019'
  },
  {
    name: 'method-none',
    description: 'Authenticated without a challenge; there is no 3DS Method: /3ds/version has no threeDSMethodURL.',
    match: { acctNumberEnd: '4020' },
    outcome: { transStatus: 'Y', threeDSMethod: { type: 'none' } },
    exampleCard: '4000400040004020'
  },
  {
    name: 'method-times-out',
    description: 'Authenticated without a challenge; the 3DS Method never notifies.',
    match: { acctNumberEnd: '0203' },
    outcome: { transStatus: 'Y', threeDSMethod: { type: 'never' } },
    exampleCard: '5000100411110203'
  },
  {
    name: 'method-not-offered',
    description: 'Authenticated without a challenge; there is no 3DS Method: /3ds/version has no threeDSMethodURL.',
    match: { acctNumberEnd: '1103' },
    outcome: { transStatus: 'Y', threeDSMethod: { type: 'none' } },
    exampleCard: '6000100611111103'
  }
]
