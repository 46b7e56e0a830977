// What docs/challenge.md says about states, events and timers, besides the table of src/acs/challenge/table.ts.

/**
 * @typedef {import('../../src/transaction/challenge.ts').ChallengeState} ChallengeState
 * @typedef {import('../../src/acs/challenge/table.ts').ChallengeEventType} ChallengeEventType
 * @typedef {import('../../src/acs/challenge/table.ts').ChallengeEffect} ChallengeEffect
 * @typedef {import('../../src/config/settings.ts').SettingName} SettingName
 */

/** @type {Readonly<Record<ChallengeState, string>>} */
export const STATES = {
  'awaiting-creq': 'the ARes is out, and no CReq has come',
  asking: 'a question is on the screen: a code, one choice or several',
  'out-of-band': 'the screen sends the cardholder to another app, and waits until he comes back',
  informing: 'the screen tells something, and waits for the cardholder to continue',
  decoupled: 'the cardholder is asked without a screen of the 3DS Requestor',
  spc: 'the browser\'s own payment confirmation is asked for; a second AReq will say what came of it',
  reporting: 'the result is there, and the RReq on its way',
  ended: 'the RRes is there, or nobody waits for it any more'
}

/** Where a challenge begins, by `transStatus` of the ARes. @type {readonly (readonly [ChallengeState, string])[]} */
export const BEGINNINGS = [['awaiting-creq', 'C'], ['decoupled', 'D'], ['spc', 'S']]

/** @type {Readonly<Record<ChallengeEffect, string>>} */
export const EFFECTS = {
  show: 'the cardholder sees the screen of the new state',
  report: 'the RReq is stored with the new state, and sent',
  conclude: 'whoever waits for the final CRes gets it'
}

/**
 * What an event means, and who causes it how: in the browser, in an app, or somebody else.
 * @type {Readonly<Record<ChallengeEventType, { meaning: string, browser?: string, app?: string, other?: string }>>}
 */
export const EVENTS = {
  open: { meaning: 'the first CReq, or the same one again', browser: 'form field `creq`', app: 'first CReq, without an entry' },
  look: { meaning: 'the screen is wanted once more, with nothing done', browser: 'the page asks for itself', app: 'CReq of an SDK that is in the foreground again, `oobContinue` on a screen that asks' },
  entry: {
    meaning: 'an answer',
    browser: 'form fields `otp`, `second` or `choice`',
    app: '`challengeDataEntry` with `challengeDataEntryTwo`, `challengeHTMLDataEntry`, or `challengeNoEntry` for an empty one'
  },
  resend: { meaning: 'the code is wanted again', browser: 'form field `action=resend`', app: '`resendChallenge` Y' },
  'other-method': { meaning: 'another way to authenticate is wanted (2.3.1)', app: '`challengeAddCode` Y' },
  continue: { meaning: 'the button of a screen that asks nothing', browser: 'form field `action=continue`', app: '`oobContinue`; `infoContinueIndicator` true' },
  approve: { meaning: 'yes, in the cardholder\'s own app', other: 'the approval page, `action=approve`' },
  decline: { meaning: 'no, in the cardholder\'s own app', other: 'the approval page, `action=decline`' },
  cancel: { meaning: 'the cardholder gives up', browser: 'form field `action=cancel`', app: '`challengeCancel`' },
  erro: { meaning: 'the SDK refused to go on', app: 'an Erro in place of a CReq' },
  refuse: { meaning: 'a CReq was refused', other: 'the ACS, with an Erro' },
  timeout: { meaning: 'the time of the state is over', other: 'the clock' },
  confirm: { meaning: 'the payment confirmation is answered', other: 'the 3DS Server, with a second AReq' },
  reported: { meaning: 'the 3DS Server has the result, or nobody waits for that any more', other: 'the DS, with the RRes; the clock' }
}

/**
 * Timers of states.
 * @type {readonly { states: readonly ChallengeState[], setting?: SettingName, length?: string, ending: string }[]}
 */
export const TIMERS = [
  { states: ['awaiting-creq'], setting: 'FIRST_CREQ_TIMEOUT_SECONDS', ending: 'RReq N, `transStatusReason` 14, `challengeCancel` 05' },
  { states: ['asking', 'out-of-band', 'informing'], setting: 'CHALLENGE_IDLE_TIMEOUT_SECONDS', ending: 'RReq N, `transStatusReason` 14, `challengeCancel` 04' },
  { states: ['decoupled'], length: '`threeDSRequestorDecMaxTime` of the AReq, in minutes', ending: 'RReq U, `transStatusReason` 24, `challengeCancel` 03' },
  { states: ['spc'], setting: 'SPC_TIMEOUT_SECONDS', ending: 'RReq N, `transStatusReason` 14, `challengeCancel` 04' }
]
