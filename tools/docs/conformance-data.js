// What docs/conformance.md says. A row is flipped by its `status`:
//   yes     `tests` names what shows it; no `why`
//   partly  `tests` names what shows the part that is there, `why` says what is missing
//   no      `why` says why
// A test is `file: words`; the file has to hold the words. test/docs.test.ts holds all of it against the code.

/**
 * @typedef {'yes' | 'partly' | 'no'} Status
 * @typedef {{ status: Status, tests?: readonly string[], why?: string }} Shown
 */

const NOT_BUILT = 'not built yet'

const CATALOGUE = 'test/src/protocol/catalogue/elements.test.ts: every element, in every message'
const JUDGE = 'test/src/protocol/judge.test.ts'
const APP = 'test/flows/app-challenge.test.ts'
const BROWSER = 'test/routes/acs/browser.test.ts'
const RESULTS = 'test/routes/three-ds-server/results.test.ts'
const JUDGED_RESULTS = 'test/routes/three-ds-server/results-judged.test.ts'
const MACHINE = 'test/src/acs/challenge/machine.test.ts'
const ADVANCE = 'test/src/acs/advance-challenge.test.ts'
const SCREENS = 'test/src/acs/ui/app-screen.test.ts'
const PAGES = 'test/src/acs/pages/screens-browser.test.ts'
const METHOD = 'test/src/acs/method/method.test.ts'
const PREPARATION = 'test/src/directory-server/preparation.test.ts'
const DECIDE = 'test/src/scenario/decide.test.ts'
const PUSH = 'test/routes/three-ds-server/push.test.ts'

/** Every message: whether one that comes in is judged by the catalogue where it arrives. @type {Readonly<Record<string, Shown>>} */
export const DOORS = {
  AReq: { status: 'no', why: NOT_BUILT },
  ARes: { status: 'no', why: NOT_BUILT },
  CReq: { status: 'partly', tests: [`${APP}: a CReq that cannot be used is answered with an Erro`, `${BROWSER}: a faulty creq of a known transaction`], why: 'by hand-written rules, not by the catalogue' },
  CRes: { status: 'no', why: 'the ACS is ours: no CRes comes in' },
  RReq: { status: 'partly', tests: [`${JUDGED_RESULTS}: an element that is there has its format`], why: 'by hand-written rules, not by the catalogue' },
  RRes: { status: 'no', why: NOT_BUILT },
  PReq: { status: 'no', why: NOT_BUILT },
  PRes: { status: 'no', why: 'the 3DS Server has the card ranges of its own DS: no PRes comes in' },
  OReq: { status: 'no', why: NOT_BUILT },
  ORes: { status: 'no', why: NOT_BUILT },
  Erro: { status: 'partly', tests: [`${APP}: an Erro of the SDK ends the challenge`], why: 'from an SDK only' }
}

/** What shows that the judge knows every element of every message. */
export const JUDGED = CATALOGUE

/** Elements that are in no message: what judges them. @type {Readonly<Record<string, Shown>>} */
export const IN_NO_MESSAGE = {
  acsEphemPubKey: { status: 'yes', tests: [`${APP}: a wrong code, then the right one: either signature`] },
  creq: { status: 'yes', tests: ['test/src/dialects/browser-creq.test.ts: creq is read as real clients send it'] },
  cres: { status: 'yes', tests: [`${BROWSER}: the right code: Y, told to the shop through the browser`] },
  sdkSignatureTimestamp: { status: 'partly', tests: ['test/src/crypto/split-sdk.test.ts: a member that is missing or not of its format is 203'], why: 'verified; the AReq is not yet asked for it' },
  splitSdkServerID: { status: 'partly', tests: ['test/src/crypto/split-sdk.test.ts: a member that is missing or not of its format is 203'], why: 'verified; the AReq is not yet asked for it' },
  threeDSMethodData: { status: 'yes', tests: ['test/routes/acs/method.test.ts: threeDSMethodData is read in both alphabets'] },
  threeDSSessionData: { status: 'yes', tests: [`${BROWSER}: threeDSSessionData comes back byte for byte`] }
}

/**
 * The files that make each message, and what is said of its elements that none of them names. An element is sent where one
 * of them names it. Where `isOurs` is false, nobody misses it.
 * @type {Readonly<Record<string, { files: readonly string[], otherwise: string, isOurs?: false }>>}
 */
export const MADE_BY = {
  AReq: { files: ['src/protocol/areq-elements.ts', 'src/three-ds-server/complete-areq.ts', 'src/directory-server/take-areq.ts'], otherwise: 'not passed on' },
  ARes: {
    files: ['src/acs/answer-areq.ts', 'src/acs/status-elements.ts', 'src/acs/take-areq.ts', 'src/acs/emv-proofs.ts', 'src/acs/spc.ts', 'src/acs/rendering-type.ts', 'src/acs/authentication-method.ts', 'src/directory-server/stand-in.ts'],
    otherwise: 'nothing gives it a value'
  },
  CReq: { files: ['src/dialects/three-ds-server-api/challenge-request.ts'], otherwise: 'of the SDK, which is not ours', isOurs: false },
  CRes: {
    files: ['src/acs/build-cres.ts', 'src/acs/ui/app-screen.ts', 'src/acs/ui/native.ts', 'src/acs/ui/text.ts', 'src/acs/ui/select.ts', 'src/acs/ui/out-of-band.ts', 'src/acs/ui/information.ts', 'src/acs/ui/html.ts'],
    otherwise: 'nothing gives it a value'
  },
  RReq: { files: ['src/acs/build-rreq.ts', 'src/acs/emv-proofs.ts', 'src/acs/rendering-type.ts', 'src/acs/authentication-method.ts'], otherwise: 'nothing gives it a value' },
  RRes: { files: ['src/three-ds-server/build-rres.ts'], otherwise: 'nothing gives it a value' },
  PReq: { files: [], otherwise: 'the 3DS Server has the card ranges of its own DS, and asks for none', isOurs: false },
  PRes: { files: ['src/directory-server/take-preq.ts', 'src/directory-server/preparation-response.ts', 'src/directory-server/card-ranges/card-range-view.ts'], otherwise: 'nothing gives it a value' },
  OReq: { files: [], otherwise: NOT_BUILT },
  ORes: { files: [], otherwise: NOT_BUILT },
  Erro: { files: ['src/protocol/erro.ts'], otherwise: 'nothing gives it a value' }
}

/** Every code of emv3ds-protocol §12.2: who of us raises it. @type {Readonly<Record<string, Shown & { by: string }>>} */
export const CODES = {
  101: { by: '3DS Server, DS, ACS', status: 'yes', tests: [`${APP}: plaintext that is no CReq is refused`, `${JUDGED_RESULTS}: what is no RReq at all is Erro 101`] },
  102: { by: '3DS Server, DS, ACS', status: 'yes', tests: [`${JUDGED_RESULTS}: a version that nobody here speaks is Erro 102`] },
  103: { by: 'DS', status: 'partly', tests: [`${PREPARATION}: 103`], why: 'decided; the door for a PReq is not built yet' },
  201: { by: '3DS Server, DS, ACS', status: 'yes', tests: [`${RESULTS}: a faulty RReq is answered with an Erro that names every element`] },
  202: { by: '3DS Server, DS, ACS', status: 'partly', tests: [`${JUDGE}: an unknown one that is critical is 202`], why: 'judged; not yet asked at any door' },
  203: { by: '3DS Server, DS, ACS', status: 'yes', tests: [`${JUDGED_RESULTS}: an element that is there has its format, a reserved value is wrong: Erro 203`] },
  204: { by: '3DS Server, DS, ACS', status: 'partly', tests: [`${JUDGE}: codes that stand twice in a list are 204`, 'test/src/protocol/read-message.test.ts: a key that stands twice in one object'], why: 'judged; not yet asked at any door' },
  205: { by: '3DS Server', status: 'no', why: 'the 3DS Server has the card ranges of its own DS; overlapping ones are refused when they are read' },
  206: { by: '3DS Server', status: 'no', why: 'the 3DS Server has the card ranges of its own DS' },
  207: { by: '3DS Server, DS, ACS', status: 'partly', tests: [CATALOGUE], why: 'judged; not yet asked at any door' },
  301: { by: '3DS Server, DS, ACS', status: 'yes', tests: [`${APP}: the kid tells the transaction`, `${JUDGED_RESULTS}: elsewhere it is an id that is not valid, Erro 301`] },
  302: { by: 'DS, ACS', status: 'yes', tests: [`${APP}: a JWE that was tampered with, or made with another key, is not opened`] },
  303: { by: 'DS', status: 'no', why: 'every reference number and operator may take part' },
  304: { by: '3DS Server, DS, ACS', status: 'partly', tests: [`${JUDGE}: empty optional elements and ISO codes that are not assigned`], why: 'judged; not yet asked at any door' },
  305: { by: '3DS Server, DS, ACS', status: 'yes', tests: [`${APP}: a transaction without a challenge in an app has none to be answered (emv3ds §12.2, 305)`] },
  306: { by: 'DS', status: 'no', why: 'every merchant category code may take part' },
  307: { by: 'DS', status: 'partly', tests: [`${PREPARATION}: 307`], why: 'decided; the door for a PReq is not built yet' },
  308: { by: 'DS', status: 'partly', tests: ['test/src/crypto/split-sdk.test.ts: a chain that does not lead to the root is refused, 308'], why: 'verified; the AReq is not yet asked for it' },
  309: { by: 'SDK', status: 'no', why: 'of the SDK, which is not ours' },
  310: { by: 'ACS', status: 'no', why: NOT_BUILT },
  311: { by: 'DS', status: 'partly', tests: ['test/src/crypto/device-data.test.ts: an unknown kid is 311'], why: 'decided; the door for an AReq is not built yet' },
  312: { by: '3DS Server, DS', status: 'no', why: NOT_BUILT },
  313: { by: '3DS Server, DS', status: 'no', why: NOT_BUILT },
  314: { by: 'ACS', status: 'no', why: NOT_BUILT },
  315: { by: 'ACS', status: 'no', why: NOT_BUILT },
  402: { by: 'DS, ACS', status: 'no', why: NOT_BUILT },
  403: { by: 'ACS', status: 'yes', tests: ['test/flows/redis-failure.test.ts: an SDK is told by an Erro that it may try again'] },
  404: { by: 'ACS', status: 'yes', tests: ['test/flows/redis-failure.test.ts: a record that cannot be read is our fault'] },
  405: { by: 'DS', status: 'no', why: NOT_BUILT }
}

/** Every timer of emv3ds-protocol §11, in its order. @type {readonly (Shown & { who: string, what: string, length: string })[]} */
export const TIMERS = [
  { who: '3DS Requestor', what: '3DS Method', length: '10 s; 5 s in 2.3.1', status: 'partly', tests: [`${METHOD}: threeDSCompInd is compared with what happened`], why: 'the 3DS Requestor, who waits, is not ours' },
  { who: '3DS Server', what: 'ARes', length: 'set by each DS', status: 'no', why: NOT_BUILT },
  { who: '3DS Server', what: 'connection to the DS', length: 'one retry', status: 'no', why: 'the DS is in the same process' },
  { who: 'DS', what: 'ARes of the ACS', length: 'set by the DS', status: 'no', why: NOT_BUILT },
  { who: 'DS', what: 'connection to the ACS', length: 'one retry', status: 'no', why: NOT_BUILT },
  { who: 'ACS', what: 'first CReq', length: '30 s', status: 'partly', tests: [`${MACHINE}: every edge of the table can be walked`], why: 'decided; the clock does not ring yet' },
  { who: 'ACS', what: 'next CReq of an app', length: '600 s', status: 'partly', tests: [`${ADVANCE}: when its time is over`], why: 'decided; the clock does not ring yet' },
  { who: 'ACS', what: 'answer on a page', length: '600 s', status: 'partly', tests: [`${ADVANCE}: when its time is over`], why: 'decided; the clock does not ring yet' },
  { who: 'SDK', what: 'CRes', length: '10 s', status: 'no', why: 'the SDK is not ours; its Erro 402 ends the challenge' },
  { who: 'SDK', what: '`sdkMaxTimeout`', length: '5 minutes and more', status: 'no', why: 'the SDK is not ours; its Erro 402 ends the challenge' },
  { who: 'ACS', what: 'RRes', length: '5 s', status: 'no', why: NOT_BUILT },
  { who: 'DS', what: 'RRes', length: '3 s', status: 'no', why: NOT_BUILT },
  { who: 'ACS', what: 'decoupled authentication', length: '`threeDSRequestorDecMaxTime`', status: 'partly', tests: [`${ADVANCE}: the time of a decoupled authentication`], why: 'decided; the clock does not ring yet' },
  { who: '3DS Server', what: 'decoupled authentication', length: 'that and 30 s; 1 h 30 s in 2.3.1', status: 'no', why: NOT_BUILT },
  { who: 'ACS', what: 'second AReq of a payment confirmation (SPC)', length: '10 minutes', status: 'partly', tests: [`${MACHINE}: every edge of the table can be walked`], why: 'decided; the clock does not ring yet' },
  { who: '3DS Server', what: 'payment confirmation (SPC)', length: '9 minutes', status: 'no', why: 'the 3DS Requestor, who asks the browser, sends the second AReq' },
  { who: '3DS Server', what: '3RI after a fallback to decoupled', length: '60 s', status: 'no', why: NOT_BUILT },
  { who: '3DS Server', what: 'PReq', length: 'at most every hour', status: 'partly', tests: [`${PREPARATION}: 103`], why: 'the 3DS Server sends no PReq; the DS refuses those that come too often, once its door is built' },
  { who: '3DS Requestor, ACS', what: 'screens that tell that something goes on', length: '2 s; 1 s between pages', status: 'no', why: 'for eyes; a test does not want to wait' }
]

/** Every flow that has to be shown, in all versions that have it. @type {readonly (Shown & { flow: string, versions: string })[]} */
export const FLOWS = [
  { flow: 'Frictionless: Y, N, A, U, R', versions: 'all', status: 'partly', tests: [`${DECIDE}: an ARes has the elements that go with its status`], why: 'by the 3DS Server API; `POST /ds` is not built yet' },
  { flow: 'Frictionless: I', versions: '2.2.0, 2.3.1', status: 'partly', tests: [`${DECIDE}: who shares data only is not challenged: I in its place`], why: 'by the 3DS Server API; `POST /ds` is not built yet' },
  { flow: '3DS Method: before, after, never, twice, wrong id', versions: 'all', status: 'yes', tests: ['test/flows/three-ds-method.test.ts: in a hidden frame of a shop on another site', `${METHOD}: threeDSCompInd is compared with what happened`] },
  { flow: 'Browser: one-time code', versions: 'all', status: 'yes', tests: ['test/flows/browser-challenge.test.ts: in a shop on another site, in a sandboxed iframe'] },
  { flow: 'Browser: one choice', versions: 'all', status: 'partly', tests: [`${PAGES}: a single choice has to be made before it is sent`], why: 'the page is there; the flow is not built yet' },
  { flow: 'Browser: several choices', versions: 'all', status: 'partly', tests: [`${PAGES}: posts what was chosen`], why: 'the page is there; the flow is not built yet' },
  { flow: 'Browser: out of band', versions: 'all', status: 'partly', tests: [`${PAGES}: out of band: goes on by itself as soon as it is approved`], why: 'the page is there; the flow is not built yet' },
  { flow: 'Browser: information', versions: 'all', status: 'partly', tests: [`${PAGES}: works by keyboard, each stop with a visible ring`], why: 'the page is there; the flow is not built yet' },
  { flow: 'Browser: wrong creq, through the browser', versions: 'all', status: 'yes', tests: [`${BROWSER}: a faulty creq of a known transaction: an Erro through the browser`] },
  { flow: 'App: text, native; CBC and GCM, PS256 and ES256', versions: 'all', status: 'yes', tests: [`${APP}: a wrong code, then the right one: either signature, either encryption`] },
  { flow: 'App: text, HTML', versions: 'all', status: 'partly', tests: [`${SCREENS}: HTML: the pages, whole`], why: 'the screen is there; the flow is not built yet' },
  { flow: 'App: one choice, native and HTML', versions: 'all', status: 'partly', tests: [`${SCREENS}: native: each kind in each version, whole`], why: 'the screen is there; the flow is not built yet' },
  { flow: 'App: several choices, native and HTML', versions: 'all', status: 'partly', tests: [`${SCREENS}: native: each kind in each version, whole`], why: 'the screen is there; the flow is not built yet' },
  { flow: 'App: out of band, native and HTML', versions: 'all', status: 'partly', tests: [`${SCREENS}: in 2.3.1 06 for out of band`], why: 'the screen is there; the flow is not built yet' },
  { flow: 'App: information, native', versions: '2.3.1', status: 'partly', tests: [`${SCREENS}: native: each kind in each version, whole`], why: 'the screen is there; the flow is not built yet' },
  { flow: 'App: wrong counter, wrong key, faulty CReq', versions: 'all', status: 'yes', tests: [`${APP}: a CReq that cannot be used is answered with an Erro`, `${APP}: a JWE that was tampered with`] },
  { flow: 'App: split SDK', versions: '2.3.1', status: 'partly', tests: ['test/src/crypto/split-sdk.test.ts: content below the root of the Directory Server is accepted'], why: 'verified; the AReq is not yet asked for it' },
  { flow: 'Decoupled', versions: '2.2.0, 2.3.1', status: 'partly', tests: [`${MACHINE}: every edge of the table can be walked`], why: 'decided; the approval page has no address yet' },
  { flow: 'Decoupled as fallback of a challenge', versions: '2.3.1', status: 'partly', tests: [`${MACHINE}: every edge of the table can be walked`], why: 'decided; the flow is not built yet' },
  { flow: '3RI: no challenge', versions: 'all', status: 'partly', tests: [`${DECIDE}: 3RI knows no challenge: U with reason 21`], why: 'all `threeRIInd` and prior references are not shown yet' },
  { flow: 'Secure Payment Confirmation', versions: '2.3.1', status: 'partly', tests: [`${MACHINE}: every edge of the table can be walked`], why: 'decided; the second AReq is not built yet' },
  { flow: 'Attempts by the ACS', versions: 'all', status: 'yes', tests: [`${DECIDE}: an ARes has the elements that go with its status`] },
  { flow: 'Attempts by the DS for an ACS that is down', versions: 'all', status: 'no', why: NOT_BUILT },
  { flow: 'The cardholder gives up', versions: 'all', status: 'yes', tests: [`${BROWSER}: cancel: N in the CRes, challengeCancel 01 in the RReq`, `${APP}: cancel ends with N and its code`] },
  { flow: 'The SDK refuses to go on', versions: 'all', status: 'yes', tests: [`${APP}: an Erro of the SDK ends the challenge with U`] },
  { flow: 'No first CReq; nobody answers', versions: 'all', status: 'partly', tests: [`${MACHINE}: every edge of the table can be walked`], why: 'decided; the clock does not ring yet' },
  { flow: 'RReq to another server, answered by its RRes', versions: 'all', status: 'partly', tests: [`${PUSH}: the result of a challenge is pushed once`], why: 'to `resultsResponseNotificationUrl`; to `threeDSServerURL` not built yet' },
  { flow: 'RReq that fails: no connection, no answer, Erro, faulty RRes', versions: 'all', status: 'partly', tests: [`${PUSH}: a result that cannot be pushed is recorded`], why: 'recorded; not tried again yet' },
  { flow: 'The same RReq again; a different one', versions: 'all', status: 'yes', tests: [`${RESULTS}: results, then final: the first result counts, its very repeat is answered the same`, `${RESULTS}: a different result after the first is refused`] },
  { flow: 'PReq: all ranges, changes, none; as a file', versions: 'all', status: 'partly', tests: [`${PREPARATION}: 100 000 ranges come in bounded chunks`], why: 'made; the door for a PReq is not built yet' },
  { flow: 'OReq and ORes', versions: '2.3.1', status: 'no', why: NOT_BUILT }
]
