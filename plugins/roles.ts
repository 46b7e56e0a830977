import fp from 'fastify-plugin'
import type { FastifyInstance } from 'fastify'
import type { AppChallengeParts } from '../src/acs/app-challenge.ts'
import { createReportHandler, createResumeHandler, createTimerHandler, lookInterval, setTimer, TIMER_JOB } from '../src/acs/challenge-timer.ts'
import type { MethodParts } from '../src/acs/method/run-method.ts'
import { createEmvProofs } from '../src/acs/emv-proofs.ts'
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
import type { CardRangeHistory } from '../src/directory-server/card-ranges/card-range-history.ts'
import type { AcsLink, AReqParts } from '../src/directory-server/ds-parts.ts'
import { takeAReq } from '../src/directory-server/take-areq.ts'
import type { PReqParts } from '../src/directory-server/take-preq.ts'
import { createPReqInterval } from '../src/directory-server/take-preq-interval.ts'
import type { RReqParts, ThreeDSServerLink } from '../src/directory-server/take-rreq.ts'
import { createResultDelivery, type ResultDelivery } from '../src/exchange/deliver-result.ts'
import type { OutboundPost } from '../src/exchange/outbound-request.ts'
import { createPostJson } from '../src/exchange/post-json.ts'
import { createSendMessage } from '../src/exchange/send-message.ts'
import type { IdSource } from '../src/ids.ts'
import type { Scenario } from '../src/scenario/scenario.ts'
import type { AuthenticationParts } from '../src/three-ds-server/authenticate.ts'
import type { ResultsParts } from '../src/three-ds-server/results.ts'
import type { CardRangeRules } from '../src/three-ds-server/version.ts'
import type { Transaction } from '../src/transaction/transaction.ts'
import { type Behaviour, emvBehaviour, legacyBehaviour } from './behaviour.ts'
import { everyCard, findIn, openCardRanges } from './card-ranges.ts'
import { makeKeysAhead } from './keys-ahead.ts'
import { acsLink, createOutbound, deviceDataOpener, judgeOf, methodComparison, notesFindings, resultSender, spoken, threeDSServerLinks } from './parties.ts'
import { threeDSServerHere } from './three-ds-server-here.ts'

/** What the three roles are made of. */
export interface Roles {
  config: Config
  ids: IdSource
  authenticateDoor: AuthenticateDoor
  authentication: AuthenticationParts
  challenge: AppChallengeParts
  results: ResultsParts
  scenarios: readonly Scenario[]
  cardRanges: CardRangeRules
  answers: ResultAnswers
  certificates: CertificateSource
  dsKeys: DsKeys
  method: MethodParts
  clock: Clock
  preparation: Pick<PReqParts, 'history' | 'interval'>
  /** Keeps a transaction and sets the timer of its challenge. @returns whether another of that id was replaced */
  keep (transaction: Transaction): Promise<boolean>
  acs: AcsParts
  directoryServer: AReqParts
  rReqs: RReqParts
}

declare module 'fastify' {
  interface FastifyInstance {
    roles: Roles
  }
}

/** RRes must come within 5 s (emv3ds-protocol §11); whoever reads a pushed result gets the same. */
const PUSH_TIMEOUT_MS = 5000

/** An attempt to report is two at the most, and what lies between. */
const LEASE_MARGIN_MS = 5000

const FLOWS = { '01': 'app', '02': 'browser', '03': '3ri' } as const

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
  const results = resultsParts(app, behaviour)
  const rReqs = rReqParts(app, parts, outbound, threeDSServerHere(results, resultDelivery(app, parts, behaviour, outbound)))
  const acs = acsParts(app, parts, behaviour, certificates, cardRanges)
  const keep = keeping(app, config)
  const directoryServer = directoryServerParts(app, parts, acsLink(config, createSendMessage(outbound), acs), dsKeys, ranges, seed)
  makeKeysAhead(app, certificates)
  app.decorate('roles', {
    config,
    clock,
    ids,
    certificates,
    dsKeys,
    acs,
    directoryServer,
    rReqs,
    results,
    challenge: challengeParts(app, parts, behaviour, acs, resultSender(config, createSendMessage(outbound), rReqs)),
    method: { notes: app.noteStore, clock, ids, ttlSeconds: config.transactionTtlSeconds },
    preparation: { history: ranges, interval: createPReqInterval(clock, config.directoryServer.preqIntervalSeconds) },
    keep,
    scenarios: behaviour.scenarios,
    answers: behaviour.answers,
    authenticateDoor: behaviour.authenticateDoor,
    cardRanges,
    authentication: { ...authenticationParts(app, parts, directoryServer), keep, ...found }
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
    timers: legacy ? { firstCReq: Infinity, idle: Infinity, spc: Infinity } : config.timers,
    createEphemeralKeys: () => createEphemeralKeys(ids),
    signContent: async (content) => signAcsContent(content, await certificates.signingMaterial(), { legacy })
  }
}

function resultsParts ({ stateStore: store, log, meters }: FastifyInstance, { resultRules: rules }: Behaviour): ResultsParts {
  return { store, log, rules, onFinished: ({ aReq }, transStatus) => { meters.challengeFinished(FLOWS[aReq.deviceChannel], transStatus) } }
}

function rReqParts ({ stateStore: store, log }: FastifyInstance, { config }: RolesOptions, outbound: OutboundPost, here: Omit<ThreeDSServerLink, 'place'>): RReqParts {
  const judge = judgeOf(config)
  const waitMs = 2 * config.directoryServer.rResTimeoutMs + LEASE_MARGIN_MS
  return { store, log, judge, isStrict: config.isStrict, waitMs, threeDSServerOf: threeDSServerLinks(config, createSendMessage(outbound), here) }
}

/** Challenges, and the jobs that end and report them. */
function challengeParts (
  { stateStore: store, jobs, ownJobs, log, meters }: FastifyInstance, { config, clock, ids }: RolesOptions, behaviour: Behaviour, { timers, proofs }: AcsParts, send: ReportingParts['send']
): AppChallengeParts {
  const leaseMs = 2 * Math.max(config.acsRResTimeoutMs, config.directoryServer.rResTimeoutMs) + LEASE_MARGIN_MS
  const reporting: ReportingParts = { store, clock, log, jobs, ownJobs, leaseMs, proofs, send }
  const challenge: AppChallengeParts = {
    store,
    clock,
    ids,
    timers,
    rules: { otp: config.otp, otpMaxAttempts: config.otpMaxAttempts, maxAttemptsReason: config.maxAttemptsReason },
    screenCRes: behaviour.screenCRes,
    fallbackCRes: config.fallbackCRes,
    judge: judgeOf(config),
    faultsEnd: behaviour.faultsEnd,
    isStrict: config.isStrict,
    defaultSdkReference: ORIGINAL_SDK_REFERENCE,
    buildResult: behaviour.buildResult,
    reporting: createResultReporting(reporting),
    onFinished: ({ aReq }, transStatus) => { meters.challengeFinished(FLOWS[aReq.deviceChannel], transStatus) }
  }
  const timed = { challenge, reporting, lookMs: lookInterval(config) }
  jobs.handle(TIMER_JOB, createTimerHandler(timed))
  jobs.handle(REPORT_JOB, createReportHandler(timed))
  ownJobs.handle(RESUME_JOB, createResumeHandler(timed))
  return challenge
}

function directoryServerParts (
  app: FastifyInstance, { config, ids }: RolesOptions, acs: AcsLink, dsKeys: DsKeys, ranges: CardRangeHistory, seed: string
): AReqParts {
  const proofs = createEmvProofs(seed, config.eciOnFailure)
  return {
    ids,
    log: app.log,
    acs,
    judge: judgeOf(config),
    notesFindings: notesFindings(app),
    findRange: findIn(config, ranges) ?? everyCard,
    openDeviceData: deviceDataOpener(dsKeys),
    proof: proofs.forDs
  }
}

/** Both at once: a timer whose transaction was not kept finds nothing to end. */
function keeping ({ stateStore, jobs }: FastifyInstance, config: Config): Roles['keep'] {
  return async (transaction) => {
    const [isReplaced] = await Promise.all([stateStore.insert(transaction), setTimer(transaction, jobs, lookInterval(config))])
    return isReplaced
  }
}

function authenticationParts ({ log, meters }: FastifyInstance, { config, clock }: RolesOptions, ds: AReqParts): Omit<AuthenticationParts, 'keep'> {
  return {
    clock,
    log,
    directoryServer: (aReq, addresses) => takeAReq({ read: spoken(aReq), addresses, isTolerated: !config.isStrict }, ds),
    onAnswered: ({ deviceChannel }, { transStatus }) => { meters.transactionAnswered(FLOWS[deviceChannel], transStatus) }
  }
}

function resultDelivery (app: FastifyInstance, { clock }: RolesOptions, { answers }: Behaviour, post: OutboundPost): ResultDelivery {
  return createResultDelivery({
    store: app.stateStore,
    clock,
    log: app.log,
    postJson: createPostJson({ post, timeoutMs: PUSH_TIMEOUT_MS }),
    resultBody: (transaction) => answers.push(transaction, app.answerSpelling(transaction.spelling))
  })
}
