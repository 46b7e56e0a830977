import fp from 'fastify-plugin'
import type { FastifyInstance } from 'fastify'
import type { AppChallengeParts } from '../src/acs/app-challenge.ts'
import { createReportHandler, createResumeHandler, createTimerHandler, lookInterval, TIMER_JOB } from '../src/acs/challenge-timer.ts'
import type { BrowserChallengeParts } from '../src/acs/browser-challenge.ts'
import type { MethodParts } from '../src/acs/method/run-method.ts'
import { createResultReporting, REPORT_JOB, type ReportingParts, RESUME_JOB } from '../src/acs/report-result.ts'
import type { AcsParts } from '../src/acs/take-areq.ts'
import type { Clock } from '../src/clock.ts'
import type { Config } from '../src/config.ts'
import { type CertificateSource, createCertificateSource } from '../src/crypto/certificates.ts'
import { createDsKeys, type DsKeys } from '../src/crypto/ds-keys.ts'
import { createEphemeralKeys } from '../src/crypto/ephemeral-keys.ts'
import { signAcsContent } from '../src/crypto/signed-content.ts'
import { ORIGINAL_SDK_REFERENCE } from '../src/dialects/original/sdk-reference.ts'
import type { AuthenticateDoor } from '../src/dialects/three-ds-server-api/authenticate-door.ts'
import type { ResultAnswers } from '../src/dialects/three-ds-server-api/result-answers.ts'
import type { AReqParts } from '../src/directory-server/ds-parts.ts'
import { takeAReq } from '../src/directory-server/take-areq.ts'
import type { SendOperationParts } from '../src/directory-server/send-operation.ts'
import type { PReqParts } from '../src/directory-server/take-preq.ts'
import { createPReqInterval } from '../src/directory-server/take-preq-interval.ts'
import { createRelayOnce } from '../src/directory-server/relay-once.ts'
import type { RReqParts, ThreeDSServerLink } from '../src/directory-server/take-rreq.ts'
import { createResultDelivery, type ResultDelivery } from '../src/exchange/deliver-result.ts'
import { notingFindings } from '../src/exchange/note-findings.ts'
import type { OutboundPost } from '../src/exchange/outbound-request.ts'
import { createPostJson } from '../src/exchange/post-json.ts'
import type { SendMessage } from '../src/exchange/send-message.ts'
import type { IdSource } from '../src/ids.ts'
import type { Scenario } from '../src/scenario/scenario.ts'
import type { AuthenticationParts } from '../src/three-ds-server/authenticate.ts'
import { createWaitHandler, WAIT_JOB } from '../src/three-ds-server/decoupled-wait.ts'
import type { ResultsParts } from '../src/three-ds-server/results.ts'
import type { CardRangeRules } from '../src/three-ds-server/version.ts'
import { type Behaviour, emvBehaviour, legacyBehaviour } from './behaviour.ts'
import { countAnswers, countDeliveries, countEndings, countReports, createSender } from './counting.ts'
import { findIn, openCardRanges } from './card-ranges.ts'
import { directoryServerParts } from './directory-server.ts'
import { type Keep, keeping } from './keeping.ts'
import { makeKeysAhead } from './keys-ahead.ts'
import { acsLink, createOutbound, judgeOf, methodComparison, resultSender, sdkKeyJudge, spoken, threeDSServerLinks } from './parties.ts'
import { threeDSServerHere } from './three-ds-server-here.ts'

/** What the three roles are made of. */
export interface Roles {
  config: Config
  ids: IdSource
  authenticateDoor: AuthenticateDoor
  authentication: AuthenticationParts
  challenge: AppChallengeParts & BrowserChallengeParts
  results: ResultsParts
  scenarios: readonly Scenario[]
  cardRanges: CardRangeRules
  answers: ResultAnswers
  certificates: CertificateSource
  dsKeys: DsKeys
  method: MethodParts
  clock: Clock
  preparation: Pick<PReqParts, 'history' | 'interval'>
  /** Counts an AReq that was answered. */
  onAnswered: AuthenticationParts['onAnswered']
  keep: Keep
  acs: AcsParts
  directoryServer: AReqParts
  rReqs: RReqParts
  operations: SendOperationParts
}

declare module 'fastify' {
  interface FastifyInstance {
    roles: Roles
  }
}

/** RRes must come within 5 s (emv3ds-protocol §11); whoever reads a pushed result gets the same. */
const PUSH_TIMEOUT_MS = 5000

/** An attempt to report is two at the most, and what lies between. */
const WAIT_MARGIN_MS = 5000

interface RolesOptions { config: Config, clock: Clock, ids: IdSource }

/** Puts the 3DS Server, the DS and the ACS together from the configuration, the clock, the ids and the store. */
export const roles = fp(async function roles (app: FastifyInstance, parts: RolesOptions) {
  const { config, clock, ids } = parts
  const seed = config.seed ?? Buffer.from(ids.bytes(32)).toString('base64url')
  const certificates = createCertificateSource({ seed, alg: config.acsSigningAlg, own: config.certificates })
  const behaviour = config.compatibility === 'legacy' ? legacyBehaviour : emvBehaviour(seed, config)
  const dsKeys = createDsKeys({ seed })
  const ranges = await openCardRanges(config)
  const find = findIn(config, ranges)
  const found = find === undefined ? {} : { find }
  const cardRanges = { ...behaviour.cardRanges, scenarios: behaviour.scenarios, ...found }
  const outbound = createOutbound(app, config)
  const send = createSender(app.meters, outbound)
  const results = resultsParts(app, behaviour, clock)
  const rReqs = rReqParts(app, parts, send, threeDSServerHere(results, resultDelivery(app, parts, behaviour, outbound)))
  const acs = acsParts(app, parts, behaviour, certificates, cardRanges)
  const keep = keeping(app, config)
  const directoryServer = directoryServerParts(app, parts, acsLink(config, send, acs), { dsKeys, certificates, ranges, seed })
  makeKeysAhead(app, certificates)
  app.decorate('roles', {
    ...parts,
    certificates,
    dsKeys,
    acs,
    directoryServer,
    rReqs,
    operations: { send, judge: judgeOf(config), timeoutMs: config.directoryServer.rResTimeoutMs },
    results,
    challenge: challengeParts(app, parts, behaviour, acs, countReports(app.meters, resultSender(config, send, rReqs))),
    method: { notes: app.noteStore, clock, ids, ttlSeconds: config.transactionTtlSeconds },
    preparation: { history: ranges, interval: createPReqInterval(clock, config.directoryServer.preqIntervalSeconds) },
    keep,
    onAnswered: countAnswers(app.meters),
    scenarios: behaviour.scenarios,
    answers: behaviour.answers,
    authenticateDoor: behaviour.authenticateDoor,
    cardRanges,
    authentication: { ...authenticationParts(app, parts, directoryServer), keep, ...(behaviour.legacy ? {} : found) }
  })
}, { name: 'roles', fastify: '5.x', dependencies: ['state-store', 'jobs', 'note-store', 'metrics', 'spelling'] })

function acsParts (
  app: FastifyInstance, { config, clock, ids }: RolesOptions, { legacy, proofs, scenarios }: Behaviour, certificates: CertificateSource, cardRanges: CardRangeRules
): AcsParts {
  return {
    store: app.stateStore,
    clock,
    ids,
    scenarios,
    proofs,
    // The original knows no 3DS Method, and waits for ever.
    compareMethod: legacy ? () => {} : methodComparison(app, { clock, ttlSeconds: config.transactionTtlSeconds, cardRanges }),
    // The original signs whatever it gets.
    judgeSdkKey: legacy ? () => {} : sdkKeyJudge(app, config),
    timers: legacy ? { firstCReq: Infinity, idle: Infinity, spc: Infinity } : config.timers,
    createEphemeralKeys: () => createEphemeralKeys(ids),
    signContent: async (content) => signAcsContent(content, await certificates.signingMaterial(), { legacy })
  }
}

function resultsParts ({ stateStore: store, log, meters }: FastifyInstance, { resultRules: rules }: Behaviour, clock: Clock): ResultsParts {
  return { store, clock, log, rules, onFinished: countEndings(meters) }
}

function rReqParts (app: FastifyInstance, { config, clock }: RolesOptions, send: SendMessage, here: Omit<ThreeDSServerLink, 'place'>): RReqParts {
  const { stateStore: store, log } = app
  const judge = judgeOf(config)
  const waitMs = 2 * config.directoryServer.rResTimeoutMs + WAIT_MARGIN_MS
  const relayOnce = createRelayOnce({ store, clock, log, waitMs, closing: closingOf(app) })
  return { store, log, judge, isStrict: config.isStrict, relayOnce, onFinished: countEndings(app.meters), threeDSServerOf: threeDSServerLinks(config, send, here) }
}

/** Aborted when the server closes: who waits for another process then waits no more. */
function closingOf (app: FastifyInstance): AbortSignal {
  const closing = new AbortController()
  app.addHook('preClose', async function stopWaiting () { closing.abort() })
  return closing.signal
}

/** Challenges, and the jobs that end and report them. */
function challengeParts (
  app: FastifyInstance, { config, clock, ids }: RolesOptions, behaviour: Behaviour, { timers, proofs }: AcsParts, send: ReportingParts['send']
): Roles['challenge'] {
  const { stateStore: store, jobs, ownJobs, log, meters } = app
  const waitMs = 2 * Math.max(config.acsRResTimeoutMs, config.directoryServer.rResTimeoutMs) + WAIT_MARGIN_MS
  const lookMs = lookInterval(config)
  const reporting: ReportingParts = { store, clock, log, jobs, ownJobs, waitMs, closing: closingOf(app), lookMs, proofs, send }
  const challenge: Roles['challenge'] = {
    store,
    clock,
    ids,
    timers,
    rules: { otp: config.otp, otpMaxAttempts: config.otpMaxAttempts, maxAttemptsReason: config.maxAttemptsReason, opensUnasked: behaviour.legacy },
    screenCRes: behaviour.screenCRes,
    fallbackCRes: config.fallbackCRes,
    judge: notingFindings(judgeOf(config), log),
    faultsEnd: behaviour.faultsEnd,
    isStrict: config.isStrict,
    asOriginal: behaviour.legacy,
    defaultSdkReference: ORIGINAL_SDK_REFERENCE,
    buildResult: behaviour.buildResult,
    reporting: createResultReporting(reporting),
    onFinished: countEndings(meters)
  }
  const timed = { challenge, reporting }
  jobs.handle(TIMER_JOB, createTimerHandler(timed))
  jobs.handle(WAIT_JOB, createWaitHandler({ store, clock, log, lookMs }))
  jobs.handle(REPORT_JOB, createReportHandler(timed))
  ownJobs.handle(RESUME_JOB, createResumeHandler(timed))
  return challenge
}

function authenticationParts ({ meters }: FastifyInstance, { config, clock }: RolesOptions, ds: AReqParts): Omit<AuthenticationParts, 'keep'> {
  return {
    clock,
    directoryServer: (aReq, addresses, schemeId) => takeAReq({ read: spoken(aReq), addresses, schemeId, isTolerated: !config.isStrict }, ds),
    onAnswered: countAnswers(meters)
  }
}

function resultDelivery (app: FastifyInstance, { clock }: RolesOptions, { answers }: Behaviour, post: OutboundPost): ResultDelivery {
  return createResultDelivery({
    store: app.stateStore,
    clock,
    log: app.log,
    postJson: countDeliveries(app.meters, createPostJson({ post, timeoutMs: PUSH_TIMEOUT_MS })),
    resultBody: (transaction) => answers.push(transaction, app.answerSpelling(transaction.spelling))
  })
}
