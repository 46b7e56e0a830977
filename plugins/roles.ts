import fp from 'fastify-plugin'
import type { FastifyInstance } from 'fastify'
import type { AppChallengeParts } from '../src/acs/app-challenge.ts'
import type { Clock } from '../src/clock.ts'
import type { Config } from '../src/config.ts'
import { type CertificateSource, createCertificateSource } from '../src/crypto/certificates.ts'
import { createEphemeralKeys } from '../src/crypto/ephemeral-keys.ts'
import { signAcsContent } from '../src/crypto/signed-content.ts'
import { ORIGINAL_SDK_REFERENCE } from '../src/dialects/original/sdk-reference.ts'
import type { AuthenticateDoor } from '../src/dialects/three-ds-server-api/authenticate-door.ts'
import type { ResultAnswers } from '../src/dialects/three-ds-server-api/result-answers.ts'
import { createResultDelivery, type ResultDelivery } from '../src/exchange/deliver-result.ts'
import { createOutboundPolicy } from '../src/exchange/outbound-policy.ts'
import { createPostJson } from '../src/exchange/post-json.ts'
import type { IdSource } from '../src/ids.ts'
import { BUILT_IN_SCENARIOS } from '../src/scenario/catalogue.ts'
import type { AuthenticationParts } from '../src/three-ds-server/authenticate.ts'
import type { ResultsParts } from '../src/three-ds-server/results.ts'
import type { CardRangeRules } from '../src/three-ds-server/version.ts'
import type { Transaction } from '../src/transaction/transaction.ts'
import { type Behaviour, emvBehaviour, legacyBehaviour } from './behaviour.ts'

/** What the three roles are made of. */
export interface Roles {
  config: Config
  ids: IdSource
  authenticateDoor: AuthenticateDoor
  authentication: AuthenticationParts
  challenge: AppChallengeParts
  results: ResultsParts
  cardRanges: CardRangeRules
  answers: ResultAnswers
  certificates: CertificateSource
}

declare module 'fastify' {
  interface FastifyInstance {
    roles: Roles
  }
}

/** RRes must come within 5 s (emv3ds-protocol §11); whoever reads a pushed result gets the same. */
const PUSH_TIMEOUT_MS = 5000

/** How long after the start the ACS's key is made: late enough not to hold up the first answers. */
const WARM_UP_MS = 300

const FLOWS = { '01': 'app', '02': 'browser', '03': '3ri' } as const

/** Puts the 3DS Server, the DS and the ACS together from the configuration, the clock, the ids and the store. */
export const roles = fp(async function roles (app: FastifyInstance, parts: { config: Config, clock: Clock, ids: IdSource }) {
  const { config, ids } = parts
  const seed = config.seed ?? Buffer.from(ids.bytes(32)).toString('base64url')
  const certificates = createCertificateSource({ seed, alg: config.acsSigningAlg, own: config.certificates })
  const behaviour = config.compatibility === 'legacy' ? legacyBehaviour : emvBehaviour(seed)
  const { stateStore: store, log } = app
  const onFinished = ({ aReq }: Transaction, transStatus: string) => {
    app.meters.challengeFinished(FLOWS[aReq.deviceChannel], transStatus)
  }
  makeKeysAhead(app, certificates)
  app.decorate('roles', {
    config,
    ids,
    certificates,
    answers: behaviour.answers,
    authenticateDoor: behaviour.authenticateDoor,
    results: { store, log, rules: behaviour.resultRules, onFinished },
    cardRanges: { ...behaviour.cardRanges, scenarios: BUILT_IN_SCENARIOS },
    authentication: authenticationParts(app, parts, behaviour, certificates),
    challenge: {
      store,
      ids,
      rules: { otp: config.otp, otpMaxAttempts: config.otpMaxAttempts },
      textCRes: behaviour.textCRes,
      defaultSdkReference: ORIGINAL_SDK_REFERENCE,
      buildResult: behaviour.buildResult,
      delivery: resultDelivery(app, parts, behaviour),
      onFinished
    }
  })
}, { name: 'roles', fastify: '5.x', dependencies: ['state-store', 'metrics', 'spelling'] })

/** The first app challenge shall not wait for an RSA key. Whoever needs it earlier, or never listens, has it made on demand. */
function makeKeysAhead (app: FastifyInstance, certificates: CertificateSource): void {
  let timer: NodeJS.Timeout | undefined
  app.addHook('onListen', async function scheduleKeys () {
    timer = setTimeout(() => { certificates.signingMaterial().catch((err: unknown) => { app.log.error({ err }, 'no key to sign with') }) }, WARM_UP_MS)
    timer.unref()
  })
  app.addHook('onClose', async function forgetKeys () { clearTimeout(timer) })
}

function authenticationParts (
  { stateStore: store, log, meters }: FastifyInstance, { clock, ids }: { clock: Clock, ids: IdSource },
  { legacy, proofs }: Behaviour, certificates: CertificateSource
): AuthenticationParts {
  return {
    store,
    clock,
    ids,
    log,
    scenarios: BUILT_IN_SCENARIOS,
    proofs,
    createEphemeralKeys: () => createEphemeralKeys(ids),
    signContent: async (content) => signAcsContent(content, await certificates.signingMaterial(), { legacy }),
    onAnswered: ({ deviceChannel }, { transStatus }) => { meters.transactionAnswered(FLOWS[deviceChannel], transStatus) }
  }
}

function resultDelivery (app: FastifyInstance, { config, clock }: { config: Config, clock: Clock }, { answers }: Behaviour): ResultDelivery {
  return createResultDelivery({
    store: app.stateStore,
    clock,
    log: app.log,
    postJson: createPostJson({ policy: createOutboundPolicy(config.outboundAllow), timeoutMs: PUSH_TIMEOUT_MS }),
    resultBody: (transaction) => answers.push(transaction, app.answerSpelling(transaction.spelling))
  })
}
