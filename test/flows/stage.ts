import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import { createManualClock, type ManualClock } from '../../src/clock.ts'
import { randomIds } from '../../src/ids.ts'
import { build, START } from '../setup/app.ts'
import { DirectoryServer } from '../setup/parties/directory-server.ts'
import { aReq, browserCReq, type Channel, type Version } from '../setup/parties/messages.ts'
import { named } from '../setup/parties/named.ts'
import type { Behaviour, Reply } from '../setup/parties/party.ts'
import type { Enc } from '../setup/parties/sdk-crypto.ts'
import { AppSdk } from '../setup/parties/sdk.ts'
import { encoded, postForm, readForm, readForms, type Shop, startShop, submit } from '../setup/parties/shop.ts'
import { ThreeDSServer } from '../setup/parties/three-ds-server.ts'
import { fetchFrom } from '../setup/sdk-client.ts'

export const VERSIONS: readonly Version[] = ['2.1.0', '2.2.0', '2.3.1']
/** Versions that know decoupled authentication (emv3ds-protocol §5.7). */
export const DECOUPLED_VERSIONS: readonly Version[] = ['2.2.0', '2.3.1']
export const CHANNELS: readonly Channel[] = ['01', '02', '03']
/** Whom the server under test talks to: a 3DS Server, for whom it is DS and ACS, or a DS, for whom it is the ACS. */
export type PeerKind = '3DS Server' | 'DS'
export const PEERS: readonly PeerKind[] = ['3DS Server', 'DS']

/** One authentication as its peer knows it: the AReq that was sent, and the ARes. */
export interface Authenticated { areq: any, ares: any, sdk?: AppSdk }

/** What an authentication is about. */
export interface Wish { version?: Version, channel?: Channel, category?: '01' | '02', card?: string, enc?: Enc, sdkInterface?: string }

/** The server under test, over HTTP, between a foreign 3DS Server or DS, a shop and SDKs; time is the test's. */
export class Stage {
  readonly app: FastifyInstance
  readonly clock: ManualClock
  readonly url: string
  readonly kind: PeerKind
  readonly peer: ThreeDSServer | DirectoryServer
  readonly shop: Shop
  private readonly sdks: AppSdk[] = []
  private shopping: Promise<unknown> = Promise.resolve()

  constructor (parts: Pick<Stage, 'app' | 'clock' | 'url' | 'kind' | 'peer' | 'shop'>) {
    this.app = parts.app
    this.clock = parts.clock
    this.url = parts.url
    this.kind = parts.kind
    this.peer = parts.peer
    this.shop = parts.shop
  }

  /** Sends an AReq and takes the ARes. An SDK is there in channel 01, and accepts the ARes where it has a challenge. */
  async authenticate ({ version = '2.2.0', channel = '02', category, card, enc = 'A128CBC-HS256', sdkInterface = '01' }: Wish, members: Record<string, unknown> = {}): Promise<Authenticated> {
    const sdk = channel === '01' ? new AppSdk(fetchFrom(this.url), { version, enc, sdkInterface }) : undefined
    const ofChannel = channel === '02' ? { notificationURL: this.shop.notificationURL } : sdk === undefined ? {} : await this.ofApp(sdk)
    const areq = aReq({ version, channel, ...(category === undefined ? {} : { category }) }, { ...ofChannel, ...(card === undefined ? {} : { acctNumber: card }), ...members })
    const { message: ares } = this.peer instanceof ThreeDSServer ? await this.peer.authenticate(`${this.url}/ds`, areq) : await this.peer.authenticate(`${this.url}/acs`, areq)
    if (sdk === undefined) return { areq, ares }
    this.sdks.push(sdk)
    if (ares.transStatus === 'C') await sdk.accept(ares, areq)
    return { areq, ares, sdk }
  }

  /** A DS elsewhere has opened the device data itself. */
  private async ofApp (sdk: AppSdk): Promise<Record<string, unknown>> {
    if (this.kind === 'DS') return sdk.members()
    return { ...sdk.members(), sdkEncData: await sdk.deviceData('EC', { directoryServerId: 'A000000003' }) }
  }

  /** Time goes by, and what is due then is done. */
  async later (milliseconds: number): Promise<void> {
    this.clock.advance(milliseconds)
    await this.app.jobs.runDue()
  }

  /** RReqs of one transaction so far, by placeholders. */
  results ({ ares }: Authenticated): any[] {
    return this.arrived('RReq', ares)
  }

  /** Erros that the peer was told about one transaction in requests of their own, by placeholders. */
  erros ({ ares }: Authenticated): any[] {
    return this.arrived('Erro', ares)
  }

  private arrived (messageType: 'RReq' | 'Erro', ares: any): any[] {
    return this.peer.of(messageType).map(({ message }) => message)
      .filter(({ acsTransID, dsTransID }) => acsTransID === ares.acsTransID || dsTransID === ares.dsTransID)
      .map((message) => named(message, ares))
  }

  /** From now on RReqs are answered so. */
  onResults (behaviour: Behaviour): void {
    this.peer.onResults(behaviour)
  }

  /** What is kept about a transaction's challenge. */
  async challenge ({ ares }: Authenticated): Promise<any> {
    return (await this.app.stateStore.get(ares.threeDSServerTransID)).challenge
  }

  /** The cardholder opens the bank's app: the page that stands for it. */
  bankApp ({ ares }: Authenticated): Promise<string> {
    return fetch(`${this.url}/acs/oob/${ares.acsTransID}`).then((response) => response.text())
  }

  /** The cardholder presses a button there. @returns the page that comes */
  async decide ({ ares }: Authenticated, action: 'approve' | 'decline'): Promise<string> {
    return (await postForm(`${this.url}/acs/oob/${ares.acsTransID}`, { action })).raw
  }

  /** A shop opens the challenge in a browser. */
  open ({ ares }: Authenticated, members: Record<string, unknown> = {}): Promise<Reply> {
    return postForm(`${this.url}/acs/challenge`, { creq: encoded(browserCReq(ares, members)), threeDSSessionData: 'c2Vzc2lvbg' })
  }

  /** The cardholder fills in the form of a page and presses a button. */
  press (page: Reply, { ares }: Authenticated, fields: Record<string, string>): Promise<Reply> {
    const [form] = readForms(page.raw)
    if (form === undefined) throw new Error(`no form: ${page.raw}`)
    const { otp, choice, trustList, deviceBinding, ...hidden } = form.fields
    // The first page is at acsURL, the others below it: both name the same action.
    const from = form.action.startsWith('./') ? `${this.url}/acs/challenge/${ares.acsTransID}` : `${this.url}/acs/challenge`
    return submit({ ...form, fields: { ...hidden, ...fields } }, from)
  }

  /** The last page posts itself to the shop. @returns the CRes or Erro that the shop takes from it, by placeholders */
  atShop (page: Reply, done: Authenticated): Promise<any> {
    // One at a time: the shop numbers what comes.
    const taken = this.shopping.then(() => this.takenByShop(page, done))
    this.shopping = taken.catch(() => {})
    return taken
  }

  private async takenByShop (page: Reply, { ares }: Authenticated): Promise<any> {
    const before = this.shop.of('').length
    await submit(readForm(page.raw), this.shop.url)
    const { cres, threeDSSessionData } = await this.shop.challengeEnd(before + 1)
    if (threeDSSessionData !== 'c2Vzc2lvbg') throw new Error(`session data: ${threeDSSessionData}`)
    return named(cres, ares)
  }

  /** All that the foreign parties have against what they were sent. */
  get faults (): unknown[] {
    return [...this.peer.faults, ...this.shop.faults, ...this.sdks.flatMap(({ faults }) => faults)]
  }
}

/** Starts all of them; they end with the test. @param kind who the peer is */
export async function startStage (t: Test, kind: PeerKind = '3DS Server', env: Record<string, string> = {}, clock = createManualClock(START)): Promise<Stage> {
  const peer = kind === '3DS Server' ? new ThreeDSServer() : new DirectoryServer()
  const [shop, app] = await Promise.all([startShop(t), build(t, { ACS_SIGNING_ALG: 'ES256', ...env }, { ids: randomIds, clock }), peer.listen(t)])
  return new Stage({ app, clock, url: await app.listen({ host: '127.0.0.1', port: 0 }), kind, peer, shop })
}
