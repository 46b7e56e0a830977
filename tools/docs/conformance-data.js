// What docs/conformance.md says. A row is flipped by its line:
//   yes     `tests` names what shows it; no `why`
//   partly  `tests` names what shows the part that is there, `why` says what is missing
//   no      `why` says why
// A test is `file: words`, and the words stand in the title of a test of that file. An error code has a line for each party
// of ours that can raise it: the test that shows it there, which has the code in it, or `missing(why)`. test/docs.test.ts
// holds all of it against the tests and the code.

/**
 * @typedef {'yes' | 'partly' | 'no'} Status
 * @typedef {{ status: Status, tests?: readonly string[], why?: string }} Shown
 * @typedef {{ why: string }} Missing
 */

/** @param {string} why @returns {Missing} */
const missing = (why) => ({ why })

const CATALOGUE = 'test/src/protocol/catalogue/elements.test.ts: every element, in every message'
const APP = 'test/flows/app-challenge.test.ts'
const APP_SCREENS = 'test/flows/app-screens.test.ts'
const EVERY_APP_SCREEN = `${APP_SCREENS}: every screen is passed, natively and as HTML, in either encryption and every version`
const BROWSER = 'test/routes/acs/browser.test.ts'
const BROWSER_SCREENS = 'test/flows/browser-screens.test.ts'
const EVERY_BROWSER_SCREEN = `${BROWSER_SCREENS}: every screen is passed in every version`
const RESULTS = 'test/routes/three-ds-server/results.test.ts'
const JUDGED_RESULTS = 'test/routes/three-ds-server/results-judged.test.ts'
const OPERATIONS = 'test/routes/three-ds-server/operations.test.ts'
const DS_DOOR = 'test/routes/directory-server/ds.test.ts'
const AT_FAULT_AT_DS = `${DS_DOOR}: what a message at fault is answered`
const DS_FLOW = 'test/flows/directory-server.test.ts'
const RELAY = 'test/flows/results-relayed.test.ts'
const ACS_FLOW = 'test/flows/acs-party.test.ts'
const AT_FAULT_AT_ACS = `${ACS_FLOW}: what cannot be used is A with its code`
const PREPARATION = 'test/routes/directory-server/preparation.test.ts'
const PRIOR = 'test/flows/prior-transactions.test.ts'
const REPORT = 'test/src/acs/report-result.test.ts'
const FRICTIONLESS = 'test/flows/frictionless.test.ts'
const EVERY_STATUS = `${FRICTIONLESS}: Y, N, A, U, R, I for a foreign`
const TIMED = 'test/flows/timers.test.ts'
const DECOUPLED = 'test/flows/decoupled.test.ts'
const DECOUPLED_ELSEWHERE = 'test/flows/decoupled-elsewhere.test.ts'
const CONFIRMATION = 'test/flows/payment-confirmation.test.ts'
const LOST = 'test/flows/results-lost.test.ts'
const SPLIT_SDK = 'test/flows/split-sdk.test.ts'
const WHOLE_IN_BROWSER = 'test/flows/challenges.test.ts: in a browser: ARes C, RReq Y, CRes Y, whole, for each screen and version'
const WHOLE_IN_APP = 'test/flows/challenges.test.ts: ARes C, every CRes, RReq Y and the final CRes, whole, for each screen and version'
const INFORMING = 'test/routes/mock/operations.test.ts'
const METHOD = 'test/src/acs/method/method.test.ts'
const REDIS_FAILURE = 'test/flows/redis-failure.test.ts'

const NO_PREQ = 'the 3DS Server has the card ranges of its own DS, and asks for none'

/** Every message: whether one that comes in is judged by the catalogue where it arrives. @type {Readonly<Record<string, Shown>>} */
export const DOORS = {
  AReq: { status: 'yes', tests: [AT_FAULT_AT_DS, AT_FAULT_AT_ACS] },
  ARes: { status: 'yes', tests: [`${RELAY}: an ARes that cannot be used is told to both`] },
  CReq: { status: 'yes', tests: [`${APP}: a CReq that cannot be used is answered with an Erro`, `${BROWSER}: a faulty creq of a known transaction`] },
  CRes: { status: 'no', why: 'the ACS is ours: no CRes comes in' },
  RReq: { status: 'yes', tests: [`${RELAY}: an RReq that cannot be used is told to both`, `${JUDGED_RESULTS}: an element that is there has its format`] },
  RRes: { status: 'yes', tests: [`${RELAY}: a 3DS Server that refuses, answers nonsense or is away`, `${ACS_FLOW}: whatever becomes of the RReq`] },
  PReq: { status: 'yes', tests: [AT_FAULT_AT_DS] },
  PRes: { status: 'no', why: `${NO_PREQ}: no PRes comes in` },
  OReq: { status: 'yes', tests: [`${OPERATIONS}: an OReq at fault gets an Erro that names what is`] },
  ORes: { status: 'yes', tests: [`${INFORMING}: what is no ORes is an Erro of the DS`] },
  Erro: { status: 'partly', tests: [`${DS_DOOR}: nobody answers an Erro`, `${OPERATIONS}: nobody answers an Erro`, `${APP}: an Erro of the SDK ends the challenge`, `${RELAY}: an Erro of the ACS that is none by the catalogue is not passed on`], why: 'it is taken everywhere, and ends the challenge of its SDK; its elements are judged where it is an answer, or passed on, since nobody answers one that is posted' }
}

/** What shows that the judge knows every element of every message. */
export const JUDGED = CATALOGUE

/** Elements that are in no message: what judges them. @type {Readonly<Record<string, Shown>>} */
export const IN_NO_MESSAGE = {
  acsEphemPubKey: { status: 'yes', tests: [`${APP}: a wrong code, then the right one: either signature`] },
  creq: { status: 'yes', tests: ['test/src/dialects/browser-creq.test.ts: creq is read as real clients send it'] },
  cres: { status: 'yes', tests: [`${BROWSER}: the right code: Y, told to the shop through the browser`] },
  sdkSignatureTimestamp: { status: 'yes', tests: [`${SPLIT_SDK}: signed content that is bad: an Erro of the DS with its code`, `${SPLIT_SDK}: CHECK_CLOCK_SKEW`] },
  splitSdkServerID: { status: 'yes', tests: [`${SPLIT_SDK}: signed content that is bad: an Erro of the DS with its code`] },
  threeDSMethodData: { status: 'yes', tests: ['test/routes/acs/method.test.ts: threeDSMethodData is read in both alphabets'] },
  threeDSSessionData: { status: 'yes', tests: [`${BROWSER}: threeDSSessionData comes back byte for byte`] }
}

const NO_VALUE = 'nothing gives it a value'

/**
 * The files that make each message, and what is said of its elements that none of them names. An element is sent where the
 * code of one of them names it. Where `isOurs` is false, nobody misses it.
 * @type {Readonly<Record<string, { files: readonly string[], otherwise: string, isOurs?: false }>>}
 */
export const MADE_BY = {
  AReq: { files: ['src/protocol/catalogue/names.ts', 'src/three-ds-server/complete-areq.ts', 'src/directory-server/take-areq.ts'], otherwise: 'not passed on' },
  ARes: {
    files: ['src/acs/answer-areq.ts', 'src/acs/status-elements.ts', 'src/acs/status-checks.ts', 'src/acs/consents.ts', 'src/acs/take-areq.ts', 'src/acs/emv-proofs.ts', 'src/acs/spc.ts', 'src/acs/rendering-type.ts', 'src/acs/authentication-method.ts', 'src/directory-server/stand-in.ts'],
    otherwise: NO_VALUE
  },
  CReq: { files: ['src/dialects/three-ds-server-api/challenge-request.ts'], otherwise: 'of the SDK, which is not ours', isOurs: false },
  CRes: {
    files: ['src/acs/build-cres.ts', 'src/acs/ui/app-screen.ts', 'src/acs/ui/native.ts', 'src/acs/ui/text.ts', 'src/acs/ui/select.ts', 'src/acs/ui/out-of-band.ts', 'src/acs/ui/information.ts', 'src/acs/ui/html.ts'],
    otherwise: NO_VALUE
  },
  RReq: { files: ['src/acs/build-rreq.ts', 'src/acs/consents.ts', 'src/acs/emv-proofs.ts', 'src/acs/rendering-type.ts', 'src/acs/authentication-method.ts'], otherwise: NO_VALUE },
  RRes: { files: ['src/three-ds-server/build-rres.ts'], otherwise: NO_VALUE },
  PReq: { files: [], otherwise: NO_PREQ, isOurs: false },
  PRes: { files: ['src/directory-server/take-preq.ts', 'src/directory-server/preparation-response.ts', 'src/directory-server/card-ranges/card-range-view.ts'], otherwise: NO_VALUE },
  OReq: { files: ['src/directory-server/build-oreqs.ts'], otherwise: NO_VALUE },
  ORes: { files: ['src/protocol/answer-oreq.ts'], otherwise: NO_VALUE },
  Erro: { files: ['src/protocol/erro.ts'], otherwise: NO_VALUE }
}

/** Why an element is not sent, where more can be said than of all of its message: by `message.element`. @type {Readonly<Record<string, string>>} */
export const NOT_SENT = {
  'AReq.threeDSReqAuthMethodInd': 'of a DS that verifies how the 3DS Requestor authenticated the cardholder; this one does not',
  'ARes.broadInfo': 'the ACS has nothing to announce',
  'ARes.transChallengeExemption': 'the ACS does not say which exemption it applied',
  'ARes.transStatusReasonInfo': 'the reason has its code only',
  'RReq.transStatusReasonInfo': 'the reason has its code only',
  'RReq.cardholderInfo': 'the text for the cardholder is in the ARes of a decoupled authentication only'
}

/** Of `messageExtension`, in whatever is made here. What a caller sent in its AReq is passed on. */
export const NO_EXTENSIONS = 'the mock has no extensions of its own'

/** Every code of emv3ds-protocol §12.2: which of us raises it, and what shows that. @type {Readonly<Record<string, Readonly<Record<string, string | Missing>>>>} */
export const CODES = {
  101: { '3DS Server': `${JUDGED_RESULTS}: what is no RReq at all is Erro 101`, DS: AT_FAULT_AT_DS, ACS: AT_FAULT_AT_ACS },
  102: { '3DS Server': `${JUDGED_RESULTS}: a version that nobody here speaks is Erro 102`, DS: AT_FAULT_AT_DS, ACS: AT_FAULT_AT_ACS },
  103: { DS: `${PREPARATION}: who asks again too soon is refused with 103` },
  201: { '3DS Server': `${RESULTS}: a faulty RReq is answered with an Erro that names every element`, DS: AT_FAULT_AT_DS, ACS: AT_FAULT_AT_ACS },
  202: { '3DS Server': `${JUDGED_RESULTS}: critical extensions are Erro 202, keys that stand twice 204`, DS: AT_FAULT_AT_DS, ACS: AT_FAULT_AT_ACS },
  203: { '3DS Server': `${JUDGED_RESULTS}: an element that is there has its format, a reserved value is wrong: Erro 203`, DS: AT_FAULT_AT_DS, ACS: AT_FAULT_AT_ACS },
  204: { '3DS Server': `${JUDGED_RESULTS}: critical extensions are Erro 202, keys that stand twice 204`, DS: AT_FAULT_AT_DS, ACS: AT_FAULT_AT_ACS },
  205: { '3DS Server': missing(`${NO_PREQ}; a file with overlapping ones is refused at the start`) },
  206: { '3DS Server': missing(NO_PREQ) },
  207: { '3DS Server': `${JUDGED_RESULTS}: a reserved value is Erro 207 in 2.3.1`, DS: AT_FAULT_AT_DS, ACS: AT_FAULT_AT_ACS },
  301: { '3DS Server': `${JUDGED_RESULTS}: elsewhere it is an id that is not valid, Erro 301`, DS: `${RELAY}: an RReq that cannot be used is told to both`, ACS: `${APP}: the kid tells the transaction` },
  302: { DS: `${DS_FLOW}: device data that cannot be opened is refused`, ACS: `${APP}: a JWE that was tampered with, or made with another key, is not opened` },
  303: { DS: `${RELAY}: an ARes that cannot be used is told to both` },
  304: { DS: `${DS_DOOR}: empty optional elements and codes without a country are for VALIDATION=emv-strict to refuse`, ACS: AT_FAULT_AT_ACS },
  305: { '3DS Server': `${RELAY}: RReq of a foreign ACS → the 3DS Server of this process`, DS: `${RELAY}: without a challenge there is no RReq: 313, before 2.3.1 305`, ACS: `${APP}: a transaction without a challenge in an app has none to be answered` },
  306: { DS: missing('every merchant category code may take part') },
  307: { DS: `${PREPARATION}: PReq → PRes in the shape of its version` },
  308: { DS: `${SPLIT_SDK}: the signature is looked at before the device data` },
  309: { SDK: missing('of the SDK, which is not ours') },
  310: { DS: `${SPLIT_SDK}: device data of a split SDK that are not encrypted with A128GCM: D/310`, ACS: `${SPLIT_SDK}: a split SDK that does not encrypt with A128GCM is told 310` },
  311: { DS: `${DS_FLOW}: device data that cannot be opened is refused: 302, and 311 for an unknown key from 2.3.1 on` },
  312: {
    '3DS Server': `${JUDGED_RESULTS}: both receivers of an RReq say the same: unannounced 313, a second one that differs 312 in 2.3.1`,
    DS: `${RELAY}: in VALIDATION=emv-strict and 2.3.1 a repeated RReq is 312`
  },
  313: { '3DS Server': 'test/routes/three-ds-server/card-ranges.test.ts: a result without a challenge is 313', DS: `${RELAY}: without a challenge there is no RReq: 313` },
  314: { ACS: `${BROWSER_SCREENS}: VALIDATION=emv-strict: a second CReq is refused and ends the challenge` },
  315: { ACS: `${APP_SCREENS}: a CReq after the end is A/315` },
  402: { '3DS Server': `${DECOUPLED_ELSEWHERE}: the 3DS Server waits the time that was given and 30 s`, DS: `${RELAY}: … otherwise 402 and 405`, ACS: `${BROWSER}: a CReq that comes after the time for it is refused: A/402` },
  403: { DS: `${RELAY}: what was relayed is known to every instance, and when the store goes meanwhile`, ACS: `${REDIS_FAILURE}: an SDK is told by an Erro that it may try again, and may` },
  404: { DS: `${RELAY}: an ACS that answers with a failure of HTTP and no message`, ACS: `${REDIS_FAILURE}: a record that cannot be read is our fault` },
  405: { DS: `${RELAY}: … otherwise 402 and 405`, ACS: `${APP_SCREENS}: a result that did not get through: an Erro in place of the final CRes` }
}

/** Every timer of emv3ds-protocol §11, in its order. @type {readonly (Shown & { who: string, what: string, length: string })[]} */
export const TIMERS = [
  { who: '3DS Requestor', what: '3DS Method', length: '10 s; 5 s in 2.3.1', status: 'partly', tests: [`${METHOD}: threeDSCompInd is compared with what happened`], why: 'the 3DS Requestor, who waits, is not ours' },
  { who: '3DS Server', what: 'ARes', length: 'set by each DS', status: 'no', why: 'the DS is in the same process, and has a timer of its own' },
  { who: '3DS Server', what: 'connection to the DS', length: 'one retry', status: 'no', why: 'the DS is in the same process' },
  { who: 'DS', what: 'ARes of the ACS', length: 'set by the DS', status: 'yes', tests: [`${RELAY}: an ACS that is silent or away: an attempt where its range has them`, `${RELAY}: … otherwise 402 and 405`] },
  { who: 'DS', what: 'connection to the ACS', length: 'one retry', status: 'yes', tests: [`${RELAY}: a connection that fails is tried once more at once`, `${RELAY}: an ACS that takes up no connection in OUTBOUND_CONNECT_TIMEOUT_MS cannot be reached`] },
  { who: 'ACS', what: 'first CReq', length: '30 s', status: 'yes', tests: [`${TIMED}: no first CReq for 30 s, for a foreign`] },
  { who: 'ACS', what: 'next CReq of an app', length: '600 s', status: 'yes', tests: [`${TIMED}: the app never returns, from any screen, native or HTML: 600 s after the last CRes`] },
  { who: 'ACS', what: 'answer on a page', length: '600 s', status: 'yes', tests: [`${TIMED}: the browser is closed on any screen: 600 s after the last page`] },
  { who: 'SDK', what: 'CRes', length: '10 s', status: 'no', why: 'the SDK is not ours; its Erro 402 ends the challenge' },
  { who: 'SDK', what: '`sdkMaxTimeout`', length: '5 minutes and more', status: 'no', why: 'the SDK is not ours; its Erro 402 ends the challenge' },
  { who: 'ACS', what: 'RRes', length: '5 s', status: 'yes', tests: [`${ACS_FLOW}: whatever becomes of the RReq`, `${REPORT}: a DS that does not answer in time is told so with A/402`] },
  { who: 'DS', what: 'RRes', length: '3 s', status: 'yes', tests: [`${RELAY}: a 3DS Server that is silent: 402`] },
  { who: 'ACS', what: 'decoupled authentication', length: '`threeDSRequestorDecMaxTime`', status: 'yes', tests: [`${DECOUPLED}: the time that was given, to the millisecond, from one minute to seven days`] },
  { who: '3DS Server', what: 'decoupled authentication', length: 'that and 30 s; 1 h 30 s in 2.3.1', status: 'yes', tests: [`${DECOUPLED_ELSEWHERE}: the 3DS Server waits the time that was given and 30 s, in 2.3.1 1 h 30 s`] },
  { who: 'ACS', what: 'second AReq of a payment confirmation (SPC)', length: '10 minutes', status: 'yes', tests: [`${CONFIRMATION}: 10 min after the ARes RReq N, 14, once`] },
  { who: '3DS Server', what: 'payment confirmation (SPC)', length: '9 minutes', status: 'no', why: 'the 3DS Requestor, who asks the browser, sends the second AReq' },
  { who: '3DS Server', what: '3RI after a fallback to decoupled', length: '60 s', status: 'no', why: 'whoever uses the 3DS Server sends that AReq' },
  { who: '3DS Server', what: 'PReq', length: 'at most every hour', status: 'partly', tests: [`${PREPARATION}: who asks again too soon is refused with 103`], why: 'the 3DS Server sends no PReq; the DS refuses those that come too often' },
  { who: '3DS Requestor, ACS', what: 'screens that tell that something goes on', length: '2 s; 1 s between pages', status: 'no', why: 'for eyes; a test does not want to wait' }
]

/** Every flow that has to be shown, in all versions that have it. @type {readonly (Shown & { flow: string, versions: string })[]} */
export const FLOWS = [
  { flow: 'Frictionless: Y, N, A, U, R', versions: 'all', status: 'yes', tests: [EVERY_STATUS] },
  { flow: 'Frictionless: I', versions: '2.2.0, 2.3.1', status: 'yes', tests: [EVERY_STATUS, `${FRICTIONLESS}: who shares data only is never challenged: I in place of C`] },
  { flow: 'The DS between a 3DS Server and an ACS of others', versions: 'all', status: 'yes', tests: [`${RELAY}: AReq → a foreign ACS → ARes`, `${RELAY}: RReq of a foreign ACS → a foreign 3DS Server, and its RRes back`] },
  { flow: 'The ACS behind a DS of others', versions: 'all', status: 'yes', tests: [`${ACS_FLOW}: AReq → ARes for a foreign DS, whole, in every version and channel`, `${ACS_FLOW}: a challenge in a browser: RReq to the DS before the CRes`, `${ACS_FLOW}: a challenge in an app`] },
  { flow: 'A card that takes no part, or not in that version', versions: 'all', status: 'yes', tests: [`${PREPARATION}: the ranges decide: a card outside of them takes no part`] },
  { flow: '3DS Method: before, after, never, twice, wrong id', versions: 'all', status: 'yes', tests: ['test/flows/three-ds-method.test.ts: a whole authentication: /3ds/version, hidden frame, notification, /3ds/authenticate', `${METHOD}: threeDSCompInd is compared with what happened`] },
  { flow: 'Browser: one-time code', versions: 'all', status: 'yes', tests: ['test/flows/browser-challenge.test.ts: in a shop on another site, in a sandboxed iframe', WHOLE_IN_BROWSER, `${DS_FLOW}: AReq → ARes C: the challenge whole in a browser`] },
  { flow: 'Browser: one choice', versions: 'all', status: 'yes', tests: [WHOLE_IN_BROWSER, EVERY_BROWSER_SCREEN] },
  { flow: 'Browser: several choices', versions: 'all', status: 'yes', tests: [WHOLE_IN_BROWSER, EVERY_BROWSER_SCREEN] },
  { flow: 'Browser: out of band', versions: 'all', status: 'yes', tests: [WHOLE_IN_BROWSER, `${BROWSER_SCREENS}: out of band in a real browser`] },
  { flow: 'Browser: information', versions: 'all', status: 'yes', tests: [WHOLE_IN_BROWSER, EVERY_BROWSER_SCREEN] },
  { flow: 'Browser: wrong creq, through the browser', versions: 'all', status: 'yes', tests: [`${BROWSER}: a faulty creq of a known transaction: an Erro through the browser`, `${BROWSER_SCREENS}: a CReq at fault: the Erro goes through the browser, and to the DS`] },
  { flow: 'App: text, native; CBC and GCM, PS256 and ES256', versions: 'all', status: 'yes', tests: [EVERY_APP_SCREEN, `${APP}: a wrong code, then the right one: either signature, either encryption`] },
  { flow: 'App: text, HTML', versions: 'all', status: 'yes', tests: [WHOLE_IN_APP, EVERY_APP_SCREEN] },
  { flow: 'App: one choice, native and HTML', versions: 'all', status: 'yes', tests: [WHOLE_IN_APP, EVERY_APP_SCREEN] },
  { flow: 'App: several choices, native and HTML', versions: 'all', status: 'yes', tests: [WHOLE_IN_APP, EVERY_APP_SCREEN] },
  { flow: 'App: out of band, native and HTML', versions: 'all', status: 'yes', tests: [WHOLE_IN_APP, `${APP_SCREENS}: declined out of band: N with reason 01`] },
  { flow: 'App: information, native', versions: '2.3.1', status: 'yes', tests: [WHOLE_IN_APP, EVERY_APP_SCREEN] },
  { flow: 'App: wrong counter, wrong key, faulty CReq', versions: 'all', status: 'yes', tests: [`${APP}: a CReq that cannot be used is answered with an Erro`, `${APP}: a JWE that was tampered with`] },
  { flow: 'App: split SDK', versions: '2.3.1', status: 'yes', tests: [`${SPLIT_SDK}: each variant, native or as HTML: AReq, challenge, RReq, final CRes`, `${SPLIT_SDK}: signed content that is bad: an Erro of the DS with its code`] },
  { flow: 'Decoupled', versions: '2.2.0, 2.3.1', status: 'yes', tests: [`${DECOUPLED}: AReq → ARes D → the bank's app → RReq → RRes, whole`] },
  { flow: 'Decoupled as fallback of a challenge', versions: '2.3.1', status: 'yes', tests: [`${DECOUPLED}: a challenge falls back to decoupled for a foreign`] },
  { flow: '3RI: every indicator, status checks, no challenge', versions: 'all', status: 'yes', tests: [`${FRICTIONLESS}: every threeRIInd with a reference to the authentication before, ARes whole`, `${PRIOR}: 3RI status checks answer with the status that was asked for`, `${FRICTIONLESS}: 3RI knows no challenge: a card that is challenged gets U with reason 21`] },
  { flow: 'Secure Payment Confirmation', versions: '2.3.1', status: 'yes', tests: [`${CONFIRMATION}: AReq → ARes S → the browser → AReq with the assertion → ARes Y, whole`, `${CONFIRMATION}: spcIncompInd, or nothing that is an assertion, → ARes C`] },
  { flow: 'Attempts by the ACS', versions: 'all', status: 'yes', tests: [EVERY_STATUS] },
  { flow: 'Attempts by the DS for an ACS that is down', versions: 'all', status: 'yes', tests: [`${FRICTIONLESS}: A by the DS for an ACS that is down: every version and channel`] },
  { flow: 'The cardholder gives up', versions: 'all', status: 'yes', tests: [`${TIMED}: the cardholder cancels, for a foreign`, `${APP}: cancel ends with N and its code`] },
  { flow: 'The SDK refuses to go on', versions: 'all', status: 'yes', tests: [`${TIMED}: an SDK that gives up tells so`, `${TIMED}: an SDK that has a fault to find in a CRes`] },
  { flow: 'No first CReq; nobody answers', versions: 'all', status: 'yes', tests: [`${TIMED}: no first CReq for 30 s, for a foreign`, `${TIMED}: the browser is closed on any screen`, `${TIMED}: the app never returns, from any screen`] },
  { flow: 'RReq to another server, answered by its RRes', versions: 'all', status: 'yes', tests: [`${DS_FLOW}: AReq → ARes C: the challenge whole in a browser, RReq to the 3DS Server before the CRes`, `${ACS_FLOW}: a challenge in a browser: RReq to the DS before the CRes`] },
  { flow: 'RReq that fails: no connection, no answer, Erro, faulty RRes', versions: 'all', status: 'yes', tests: [`${LOST}: it is told what is wrong, an app gets an Erro in place of its CRes, a browser its CRes`, `${LOST}: a DS that is away is tried every 10 s, with U`] },
  { flow: 'The same RReq again; a different one', versions: 'all', status: 'yes', tests: [`${RELAY}: RReq of a foreign ACS → a foreign 3DS Server, and its RRes back`, `${RESULTS}: results, then final: the first result counts, its very repeat is answered the same`] },
  { flow: 'PReq: all ranges, changes, none; as a file', versions: 'all', status: 'yes', tests: [`${PREPARATION}: PReq → PRes in the shape of its version`, `${PREPARATION}: changes since a serialNum that is known`, `${PREPARATION}: the file of 2.3.1, whole and in parts`] },
  { flow: 'OReq and ORes', versions: '2.3.1', status: 'yes', tests: [`${INFORMING}: several descriptions are one sequence`, `${OPERATIONS}: a sequence of OReq has one ORes, after its last`, `${ACS_FLOW}: OReq → ORes after the last of a sequence`] }
]
