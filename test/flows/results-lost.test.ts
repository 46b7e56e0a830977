import t, { type Test } from 'tap'
import type { Version } from '../setup/parties/messages.ts'
import { resultsRefusedByDs } from '../setup/parties/directory-server.ts'
import { commonMembers, named } from '../setup/parties/named.ts'
import { type Behaviour, hangUp, notJson, serverError, silence } from '../setup/parties/party.ts'
import { resultsOfAnother, resultsRefused, resultsTaken, resultsWithoutStatus } from '../setup/parties/three-ds-server.ts'
import { type Authenticated, PEERS, type PeerKind, type Stage, startStage, VERSIONS } from './stage.ts'

/* The RReq of this ACS and what becomes of it: emv3ds-protocol §10, §12.3. */

type Kind = 'browser' | 'app' | 'decoupled'
const KINDS: readonly Kind[] = ['browser', 'app', 'decoupled']
const kindsOf = (version: Version) => KINDS.filter((kind) => kind !== 'decoupled' || version !== '2.1.0')

/** Authenticates, up to the moment before the last answer. @returns what gives it, and resolves with what the cardholder's side sees */
async function start (stage: Stage, version: Version, kind: Kind): Promise<{ done: Authenticated, pass: () => Promise<any> }> {
  if (kind === 'decoupled') {
    const done = await stage.authenticate({ version, card: '4000400040004010' }, { threeDSRequestorDecReqInd: 'Y', threeDSRequestorDecMaxTime: '00010' })
    return { done, pass: async () => (await stage.decide(done, 'approve')).match(/<h1>(.*?)<\/h1>/)?.[1] }
  }
  const done = await stage.authenticate({ version, channel: kind === 'app' ? '01' : '02', card: '4000400040004001' })
  const { sdk } = done
  if (sdk === undefined) {
    const page = await stage.open(done)
    return { done, pass: async () => stage.atShop(await stage.press(page, done, { otp: '1234', action: 'submit' }), done) }
  }
  await sdk.start()
  return { done, pass: async () => named(await sdk.enter('1234').catch(({ erro }) => erro), done.ares) }
}

/** The result, whole. */
function rReqOf (version: Version, kind: Kind, members: Record<string, unknown> = {}): Record<string, unknown> {
  const type = kind === 'decoupled' ? { authenticationMethod: ['12'], authenticationType: '04' } : { authenticationMethod: ['02'], authenticationType: '02' }
  const { authenticationMethod, authenticationType } = type
  return {
    ...commonMembers('RReq', version),
    ...(kind === 'app' && version !== '2.1.0' ? { sdkTransID: '{sdkTransID}' } : {}),
    messageCategory: '01',
    ...(kind === 'decoupled' ? {} : { interactionCounter: '01' }),
    ...(kind === 'app' ? { acsRenderingType: { acsInterface: '01', acsUiTemplate: '01', ...(version === '2.3.1' ? { deviceUserInterfaceMode: '01' } : {}) } } : {}),
    ...('transStatus' in members ? {} : { transStatus: 'Y', ...(version === '2.3.1' ? { authenticationMethod } : { authenticationType }), eci: '05', authenticationValue: '{20 bytes}' }),
    ...members
  }
}

const unavailable = (version: Version) => ({ transStatus: 'U', transStatusReason: version === '2.1.0' ? '07' : '22' })

const TEXTS: Record<string, string> = {
  101: 'Message is not readable or not meant for this component',
  201: 'A required element is missing',
  203: 'An element has an invalid format or value',
  301: 'Transaction identifier is not known or not valid here',
  402: 'Transaction timed out',
  403: 'Passing system fault, try again',
  405: 'Connection to the next component failed'
}

/** An Erro about the RReq or its RRes, or to an app about its CReq. */
function erroOf (version: Version, kind: Kind, errorComponent: 'A' | 'D', [errorCode, errorDetail]: readonly [string, string], errorMessageType: string): Record<string, unknown> {
  const wrong = errorCode === '301' ? errorDetail.split(',') : []
  const ids = Object.entries(commonMembers('Erro', version)).filter(([name]) => errorMessageType === 'RRes' || !wrong.includes(name))
  return {
    ...Object.fromEntries(ids),
    ...(kind === 'app' && (version !== '2.1.0' || errorMessageType === 'CReq') ? { sdkTransID: '{sdkTransID}' } : {}),
    errorCode,
    errorComponent,
    errorDescription: TEXTS[errorCode],
    errorDetail,
    errorMessageType
  }
}

/** What the cardholder's side gets. @param erro what an app is told in place of the CRes */
function endOf (version: Version, kind: Kind, erro?: readonly [string, string]): unknown {
  if (kind === 'decoupled') return 'Approved'
  if (kind === 'app' && erro !== undefined) return erroOf(version, kind, 'A', erro, 'CReq')
  return {
    messageType: 'CRes',
    messageVersion: version,
    threeDSServerTransID: '{threeDSServerTransID}',
    acsTransID: '{acsTransID}',
    ...(kind === 'app' ? { sdkTransID: '{sdkTransID}', acsCounterAtoS: '001' } : {}),
    challengeCompletionInd: 'Y',
    transStatus: 'Y'
  }
}

interface Failure {
  name: string
  behaviour: Behaviour
  /** What the peer is told about its answer. */
  told?: readonly [code: string, detail: string, about: 'RReq' | 'RRes']
  /** What an app is told in place of the CRes. */
  inApp: readonly [code: string, detail: string]
  /** How often the RReq comes. */
  times?: number
  /** All, unless said otherwise. */
  versions?: readonly Version[]
}

const UNUSABLE = 'The answer of the Directory Server cannot be used'
const OTHER_IDS = 'threeDSServerTransID,acsTransID,dsTransID'
/** An app hears of the DS's Erro as 403, whatever it was. */
const REFUSED = ['403', 'The Directory Server refused the result'] as const

/** Answers at fault; the judge of all is the same, so that one version shows it for most. */
const ANSWERS: readonly (readonly [name: string, behaviour: Behaviour, code: string, detail: string, version?: Version])[] = [
  ['without resultsStatus', resultsWithoutStatus, '201', 'resultsStatus'],
  ['with a resultsStatus that is none', resultsTaken({ resultsStatus: 1 }), '203', 'resultsStatus', '2.1.0'],
  ['about another transaction', resultsOfAnother, '301', OTHER_IDS],
  ['no JSON', notJson, '101', 'The answer is no JSON object', '2.2.0'],
  ['no RRes', ({ message }) => ({ json: message }), '101', 'messageType', '2.3.1']
]

const FAILURES: Record<PeerKind, readonly Failure[]> = {
  DS: [
    { name: 'an Erro', behaviour: resultsRefusedByDs('203', 'eci'), inApp: REFUSED },
    ...ANSWERS.map(([name, behaviour, code, detail, version]) => ({ name, behaviour, told: [code, detail, 'RRes'] as const, inApp: [code, UNUSABLE] as const, versions: version === undefined ? VERSIONS : [version] })),
    { name: 'a 500', behaviour: serverError, inApp: ['403', UNUSABLE], versions: ['2.3.1'] },
    { name: 'no answer', behaviour: silence, told: ['402', 'No results response came in time', 'RReq'], inApp: ['402', 'The Directory Server did not answer in time'] },
    { name: 'no connection', behaviour: hangUp, inApp: ['405', 'The Directory Server cannot be reached'], times: 2 }
  ],
  '3DS Server': [
    { name: 'an Erro', behaviour: resultsRefused('203', 'eci'), inApp: REFUSED },
    ...ANSWERS.map(([name, behaviour, code, detail, version]) => ({ name, behaviour, told: [code, detail, 'RRes'] as const, inApp: REFUSED, versions: version === undefined ? VERSIONS : [version] })),
    { name: 'a 500', behaviour: serverError, inApp: REFUSED, versions: ['2.3.1'] },
    { name: 'no answer', behaviour: silence, inApp: REFUSED },
    { name: 'no connection', behaviour: hangUp, inApp: REFUSED, times: 2 }
  ]
}

for (const kind of PEERS) {
  t.test(`what a foreign ${kind} answers: it is told what is wrong, an app gets an Erro in place of its CRes, a browser its CRes (emv3ds-protocol §10, §12.3)`, async (t) => {
    const patient = await startStage(t, kind)
    const impatient = await startStage(t, kind, { ACS_RRES_TIMEOUT_MS: '1000', DS_RRES_TIMEOUT_MS: '1000' })
    for (const { name, behaviour, told, inApp, times = 1, versions = VERSIONS } of FAILURES[kind]) {
      await t.test(name, async (t) => {
        const stage = behaviour === silence ? impatient : patient
        stage.onResults(behaviour)
        const before = stage.peer.of('Erro').length
        const flows = []
        for (const version of versions) {
          for (const one of kindsOf(version)) flows.push({ version, one, ...await start(stage, version, one) })
        }
        // At once: whoever waits for an answer waits with the others.
        const ends = await Promise.all(flows.map(({ pass }) => pass()))
        if (told !== undefined) await stage.peer.received('Erro', before + flows.length)
        // Only a DS that was not reached is tried again.
        const isOver = kind !== 'DS' || behaviour !== hangUp
        if (isOver) {
          stage.onResults(resultsTaken())
          await stage.later(86_400_000)
        }
        for (const [at, { version, one, done }] of flows.entries()) {
          t.strictSame(ends[at], endOf(version, one, inApp), `${version} ${one}`)
          t.strictSame(stage.results(done), Array.from({ length: times }, () => rReqOf(version, one)), 'the RReq')
          const [code, detail, about] = told ?? []
          t.strictSame(stage.erros(done), told === undefined ? [] : [erroOf(version, one, kind === 'DS' ? 'A' : 'D', [code as string, detail as string], about as string)], 'what it is told')
        }
      })
    }
    t.strictSame([patient.faults, impatient.faults], [[], []])
  })
}

t.test('a DS that is away is tried every 10 s, with U, until it takes the RReq (§10)', async (t) => {
  const stage = await startStage(t, 'DS')
  for (const version of VERSIONS) {
    for (const kind of kindsOf(version)) {
      stage.onResults(hangUp)
      const { done, pass } = await start(stage, version, kind)
      await pass()
      const [decided, unknown] = [rReqOf(version, kind), rReqOf(version, kind, unavailable(version))]
      const sent = [decided, decided]
      for (let round = 1; round <= 3; round++) {
        await stage.later(9_999)
        t.strictSame(stage.results(done), sent, 'not yet')
        if (round === 3) stage.onResults(resultsTaken())
        await stage.later(1)
        sent.push(unknown)
        t.strictSame(stage.results(done), sent, `${version} ${kind} ${round}`)
      }
      t.match(await stage.challenge(done), { state: 'ended', reports: [{ outcome: 'unreachable' }, { outcome: 'unreachable' }, { outcome: 'unreachable' }, { outcome: 'answered', answer: { messageType: 'RRes', resultsStatus: '01' } }] })
      await stage.later(86_400_000)
      t.equal(stage.results(done).length, 5)
    }
  }
  t.strictSame(stage.faults, [])
})

t.test('the timer\'s RReq is tried again in the same way, and given up after a day (§10, §11)', async (t) => {
  const stage = await startStage(t, 'DS', { TRANSACTION_TTL_SECONDS: '31536000' })
  stage.onResults(hangUp)
  for (const version of VERSIONS) {
    const done = await stage.authenticate({ version, card: '4000400040004001' })
    await stage.later(30_000)
    t.match(stage.results(done), [{ transStatus: 'N', transStatusReason: '14', challengeCancel: '05' }, { transStatus: 'N', transStatusReason: '14', challengeCancel: '05' }])
    for (let hour = 1; hour <= 23; hour++) await stage.later(3_600_000)
    t.equal(stage.results(done).length, 25)
    t.strictSame(stage.results(done).at(-1), rReqOf(version, 'browser', { ...unavailable(version), interactionCounter: '00' }))
    for (let hour = 24; hour <= 30; hour++) await stage.later(3_600_000)
    t.equal(stage.results(done).length, 26)
  }
  t.strictSame(stage.faults, [])
})

for (const kind of PEERS) {
  t.test(`the CRes waits for the RRes of a foreign ${kind} (§10)`, async (t) => {
    const stage = await startStage(t, kind)
    for (const version of VERSIONS) {
      for (const one of ['browser', 'app'] as const) {
        const { done, pass } = await start(stage, version, one)
        const [asked, answered] = [createSignal(), createSignal()]
        stage.onResults(async (arrival) => {
          asked.give()
          await answered.given
          return resultsTaken()(arrival)
        })
        let ended = false
        const end = pass().then((cres) => {
          ended = true
          return cres
        })
        await asked.given
        t.match(await stage.challenge(done), { state: 'reporting', rReq: { transStatus: 'Y' } })
        await expectOneMore(t, stage)
        t.equal(ended, false)
        answered.give()
        t.strictSame(await end, endOf(version, one), `${version} ${one}`)
      }
    }
    t.strictSame(stage.faults, [])
  })
}

/** The server is there for others meanwhile. */
async function expectOneMore (t: Test, stage: Stage): Promise<void> {
  t.equal((await stage.authenticate({})).ares.transStatus, 'Y')
}

function createSignal (): { given: Promise<void>, give: () => void } {
  let give: () => void = () => {}
  const given = new Promise<void>((resolve) => { give = resolve })
  return { given, give }
}
