import { Agent } from 'node:https'
import type { FastifyInstance } from 'fastify'
import type {} from './metrics.ts'
import { askDs, type Reported } from '../src/acs/ask-ds.ts'
import { compareMethod } from '../src/acs/method/judge-method.ts'
import { createSdkKeyJudge } from '../src/acs/sdk-key.ts'
import { type AcsParts, takeAReq as takeAReqAtAcs } from '../src/acs/take-areq.ts'
import type { Clock } from '../src/clock.ts'
import type { Config } from '../src/config.ts'
import type { CertificateSource } from '../src/crypto/certificates.ts'
import { encodeBase64url } from '../src/crypto/base64url.ts'
import { openDeviceData } from '../src/crypto/device-data.ts'
import { DsCryptoError } from '../src/crypto/ds-crypto-error.ts'
import type { DsKeys } from '../src/crypto/ds-keys.ts'
import { verifySdkServerSignedContent } from '../src/crypto/split-sdk.ts'
import { outboundAgentOptions } from '../src/crypto/tls.ts'
import { createAskAcs } from '../src/directory-server/ask-acs.ts'
import { createAskThreeDSServer } from '../src/directory-server/ask-three-ds-server.ts'
import type { AcsLink, AReqParts } from '../src/directory-server/ds-parts.ts'
import { directoryServerId } from '../src/directory-server/identity.ts'
import { dsRefusal } from '../src/directory-server/refuse.ts'
import { asAnswer, type RReqParts, takeRReq, type ThreeDSServerLink } from '../src/directory-server/take-rreq.ts'
import { ProtocolError } from '../src/errors.ts'
import { noteFindings } from '../src/exchange/note-findings.ts'
import { createOutboundPolicy } from '../src/exchange/outbound-policy.ts'
import { createOutboundPost, type OutboundPost } from '../src/exchange/outbound-request.ts'
import type { SendMessage } from '../src/exchange/send-message.ts'
import { createJudge, type Judge } from '../src/protocol/judge.ts'
import type { AReq, JsonObject, RReq } from '../src/protocol/messages.ts'
import { isSplitSdk } from '../src/protocol/split-sdk.ts'
import { type ReadMessage, UNWRITTEN } from '../src/protocol/read-message.ts'
import { methodPlaceOf } from '../src/three-ds-server/method-place.ts'
import type { CardRangeRules } from '../src/three-ds-server/version.ts'
import type { Transaction } from '../src/transaction/transaction.ts'

/** Calls to others: whom the mock may call, with its own certificate. */
export function createOutbound (app: FastifyInstance, { outboundAllow, outboundTls, outboundConnectTimeoutMs: connectTimeoutMs }: Config): OutboundPost {
  const agent = outboundTls && new Agent({ ...outboundAgentOptions(outboundTls.files), keepAlive: true })
  app.addHook('onClose', async function closeConnections () { agent?.destroy() })
  return createOutboundPost({ policy: createOutboundPolicy(outboundAllow), agent, connectTimeoutMs })
}

/** How this process's judge is set. */
export function judgeOf ({ isStrict, firstErrorCode }: Config): Judge {
  return createJudge({ strict: isStrict, firstErrorCode })
}

/** Whether anybody reads what is found and stops no message: it goes to the log, at its level `debug`. */
export function notesFindings ({ log }: FastifyInstance): boolean {
  return log.level === 'debug' || log.level === 'trace'
}

/** A message of our own, which was never text. */
export function spoken (message: object): ReadMessage {
  return { message: message as JsonObject, ...UNWRITTEN }
}

/** The ACS as the DS reaches it: of this process, or the one at `DS_ACS_URL`. */
export function acsLink ({ directoryServer }: Config, send: SendMessage, acs: AcsParts): AcsLink {
  const { acsURL, acsTimeoutMs } = directoryServer
  if (acsURL !== undefined) return createAskAcs({ send, acsAddress: acsURL, timeoutMs: acsTimeoutMs })
  return {
    place: 'here',
    async authenticate (aReq, stamp, addresses, scheme) {
      const { aRes, kept } = await takeAReqAtAcs(aReq, { ...stamp, scheme }, addresses, acs)
      return { aRes: spoken(aRes), kept }
    },
    complain () {}
  }
}

/** Keys of SDKs, for the ACS: what is wrong with one that nobody needs is only noted. */
export function sdkKeyJudge (app: FastifyInstance, { isStrict }: Config): AcsParts['judgeSdkKey'] {
  const findings = [{ errorCode: '203', element: 'sdkEphemPubKey', refused: false }]
  const note = (aReq: AReq) => { noteFindings(aReq, findings, app.log) }
  return createSdkKeyJudge({ isStrict, note: notesFindings(app) ? note : undefined })
}

/** Device data of apps, for the ACS: emv3ds-protocol §5.2. */
export function deviceDataOpener (keys: DsKeys): AReqParts['openDeviceData'] {
  return async (aReq, scheme) => {
    const { acctNumber, messageVersion } = aReq
    try {
      return encodeBase64url(await openDeviceData(aReq['sdkEncData'] as string, keys, { directoryServerId: directoryServerId(acctNumber, scheme), messageVersion, isSplitSdk: isSplitSdk(aReq) }))
    } catch (error) {
      if (!(error instanceof DsCryptoError)) throw error
      throw dsRefusal(aReq, { errorCode: error.errorCode, errorDetail: error.errorDetail })
    }
  }
}

/** Servers of split SDKs, by what they signed: emv3ds-protocol §13.6. */
export function sdkServerVerifier ({ splitSdk, checksClockSkew }: Config, certificates: CertificateSource, clock: Clock): AReqParts['verifySdkServer'] {
  return async (aReq) => {
    const roots = [await certificates.rootPem(), ...splitSdk?.files.roots ?? []]
    try {
      verifySdkServerSignedContent(aReq['sdkServerSignedContent'] as string, { aReq, roots, now: clock.now(), checkTimestamp: checksClockSkew })
      return undefined
    } catch (error) {
      if (!(error instanceof DsCryptoError)) throw error
      return { errorCode: error.errorCode, errorDetail: error.errorDetail }
    }
  }
}

/** The 3DS Server as the DS reaches it: of this process, or the one at the AReq's `threeDSServerURL`. */
export function threeDSServerLinks (config: Config, send: SendMessage, here: Omit<ThreeDSServerLink, 'place'>): RReqParts['threeDSServerOf'] {
  const ours: ThreeDSServerLink = { place: 'here', ...here }
  const theirs = createAskThreeDSServer({ send, judge: judgeOf(config), timeoutMs: config.directoryServer.rResTimeoutMs })
  return ({ parties }: Transaction) => parties?.threeDSServer === 'elsewhere' ? theirs : ours
}

/** Sends a result to the DS of its AReq: of this process, or the one at `dsURL`. Never rejects with an `Erro`. */
export function resultSender (config: Config, send: SendMessage, ds: RReqParts): (rReq: RReq, transaction: Transaction) => Promise<Reported> {
  const theirs = { send, judge: judgeOf(config), timeoutMs: config.acsRResTimeoutMs }
  return async (rReq, transaction) => {
    if (transaction.parties?.ds === 'elsewhere') return askDs(rReq, transaction, theirs)
    try {
      return { outcome: 'answered', answer: await takeRReq({ read: spoken(rReq), isOwn: true }, ds) }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      return { outcome: 'answered', answer: asAnswer(error) }
    }
  }
}

/** What an AReq says of the 3DS Method, held against what happened: only noted beside the transaction, as sandboxes tolerate it (emv3ds-protocol §5.1). */
export function methodComparison (
  app: FastifyInstance, { clock, ttlSeconds, cardRanges }: { clock: Clock, ttlSeconds: number, cardRanges: CardRangeRules }
): AcsParts['compareMethod'] {
  // Two calls of Redis for each browser authentication, which nobody shall pay for what is not read.
  if (!notesFindings(app)) return () => {}
  const { log, noteStore: notes } = app
  return (aReq) => {
    const { threeDSServerTransID } = aReq
    compareMethod(aReq as JsonObject, { notes, clock, ttlSeconds, methodPlace: methodPlaceOf(aReq, cardRanges) }).then((findings) => {
      if (findings.length > 0) log.debug({ threeDSServerTransID, findings }, 'findings about the 3DS Method')
    }, (err: unknown) => { log.warn({ err, threeDSServerTransID }, 'the 3DS Method could not be looked up') })
  }
}
