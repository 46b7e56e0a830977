import t, { type Test } from 'tap'
import type { FastifyInstance } from 'fastify'
import type { AppParts } from '../../app.ts'
import { createManualClock } from '../../src/clock.ts'
import { randomIds } from '../../src/ids.ts'
import { build, START } from '../setup/app.ts'
import { browserIsLeftOut, launchBrowser } from '../setup/browser.ts'
import { type DirectoryServer, startDirectoryServer } from '../setup/parties/directory-server.ts'
import { aReq, browserCReq, type Version } from '../setup/parties/messages.ts'
import { type Reply, send } from '../setup/parties/party.ts'
import { encoded, postForm, readForm, type Shop, startShop, submit } from '../setup/parties/shop.ts'

/* Every screen in a browser: this ACS between a foreign Directory Server and a shop. */

const VERSIONS: readonly Version[] = ['2.1.0', '2.2.0', '2.3.1']

interface Acs { app: FastifyInstance, url: string, ds: DirectoryServer, shop: Shop }

async function startAcs (t: Test, env: Record<string, string> = {}, parts: AppParts = {}): Promise<Acs> {
  const [ds, shop] = await Promise.all([startDirectoryServer(t), startShop(t)])
  const app = await build(t, env, { ids: randomIds, ...parts })
  return { app, url: await app.listen({ host: '127.0.0.1', port: 0 }), ds, shop }
}

/** An ARes with a challenge. */
async function challenged ({ url, ds, shop }: Acs, acctNumber: string, version: Version = '2.2.0', members: Record<string, unknown> = {}): Promise<any> {
  const { message } = await ds.authenticate(`${url}/acs`, aReq({ version }, { acctNumber, notificationURL: shop.notificationURL, ...members }))
  if (message.transStatus !== 'C') throw new Error(JSON.stringify(message))
  return message
}

/** What the ACS answers to a CReq. */
function open (aRes: any, members: Record<string, unknown> = {}): Promise<Reply> {
  return postForm(aRes.acsURL, { creq: encoded(browserCReq(aRes, members)), threeDSSessionData: 'c2Vzc2lvbg' })
}

/** Presses a button of the only form of a page. */
function press ({ raw }: Reply, aRes: any, fields: Record<string, string>): Promise<Reply> {
  const form = readForm(raw)
  const { otp, choice, trustList, deviceBinding, ...hidden } = form.fields
  // The first page is at acsURL, the others below it: both name the same action.
  const page = form.action.startsWith('./') ? `${aRes.acsURL}/${aRes.acsTransID}` : aRes.acsURL
  return submit({ ...form, fields: { ...hidden, ...fields } }, page)
}

function decide ({ url }: Acs, { acsTransID }: any, action: 'approve' | 'decline'): Promise<Reply> {
  return postForm(`${url}/acs/oob/${acsTransID}`, { action })
}

/** Takes what the last page posts to the shop. */
async function atShop ({ shop }: Acs, { raw }: Reply): Promise<any> {
  const before = shop.of('').length
  await submit(readForm(raw), shop.url)
  return (await shop.challengeEnd(before + 1)).cres
}

function resultOf ({ ds }: Acs, { acsTransID }: any): any {
  const [result, ...others] = ds.of('RReq').map(({ message }) => message).filter((message) => message.acsTransID === acsTransID)
  if (result === undefined || others.length > 0) throw new Error(`${others.length} results more than one`)
  return result
}

type Step = (acs: Acs, aRes: any, page: Reply) => Promise<Reply>
const click = (fields: Record<string, string>): Step => (_acs, aRes, page) => press(page, aRes, fields)
const text = click({ otp: '1234', action: 'submit' })
const information = click({ action: 'continue' })
const single = click({ choice: 'sms', action: 'submit' })
const approved: Step = async (acs, aRes, page) => {
  await decide(acs, aRes, 'approve')
  return press(page, aRes, { action: 'continue' })
}

const CHALLENGES: readonly (readonly [card: string, steps: readonly Step[], answers: string])[] = [
  ['4000400040004001', [click({ otp: '0000' }), click({ action: 'resend', otp: '' }), text], '02'],
  ['4000400040004002', [click({ choice: 'none' }), single], '02'],
  ['4000400040004003', [click({ choice: 'mail' }), click({ choice: 'mail,sms' })], '02'],
  ['4000400040004004', [information, approved], '01'],
  ['4000400040004005', [text], '01'],
  ['4000400040004006', [approved], '01'],
  ['4000400040004007', [information, text], '02'],
  ['4000400040004009', [text], '01'],
  ['4000400040004011', [information], '01'],
  ['4000400040004013', [single, text], '02']
]

t.test('every screen is passed in every version, and the shop and the DS hear of it (emv3ds §5.3, §10)', async (t) => {
  const acs = await startAcs(t)
  for (const version of VERSIONS) {
    for (const [card, steps, interactionCounter] of CHALLENGES) {
      const aRes = await challenged(acs, card, version)
      let page = await open(aRes)
      for (const step of steps) page = await step(acs, aRes, page)
      const { messageVersion, threeDSServerTransID, acsTransID } = aRes
      t.strictSame(await atShop(acs, page), { messageType: 'CRes', messageVersion, threeDSServerTransID, acsTransID, challengeCompletionInd: 'Y', transStatus: 'Y' }, `${version} ${card}`)
      t.match(resultOf(acs, aRes), { transStatus: 'Y', interactionCounter })
    }
  }
  t.strictSame([acs.ds.faults, acs.shop.faults], [[], []])
})

t.test('information, then the fallback to decoupled: RReq D, reason 29; the CRes says N, or D with FALLBACK_CRES=D (2.3.1, emv3ds §5.7, §17)', async (t) => {
  for (const transStatus of ['N', 'D']) {
    const acs = await startAcs(t, { FALLBACK_CRES: transStatus })
    const aRes = await challenged(acs, '4000400040004011', '2.3.1', { threeDSRequestorDecReqInd: 'B', threeDSRequestorDecMaxTime: '00010' })
    const page = await information(acs, aRes, await open(aRes))
    t.match(page.raw, '<h1>Not confirmed</h1>')
    t.match(await atShop(acs, page), { transStatus })
    t.match(resultOf(acs, aRes), { transStatus: 'D', transStatusReason: '29' })
    t.strictSame([acs.ds.faults, acs.shop.faults], [[], []])
  }
})

t.test('VALIDATION=emv-strict: a second CReq is refused and ends the challenge, each version in its way (emv3ds §5.3)', async (t) => {
  const acs = await startAcs(t, { VALIDATION: 'emv-strict' })
  for (const [version, members, errorCode, errorDetail, challengeCancel, transStatusReason] of [
    ['2.1.0', {}, '305', 'acsTransID', '06', '07'],
    ['2.2.0', {}, '305', 'acsTransID', '06', '22'],
    ['2.3.1', {}, '314', 'acsTransID', '10', '22'],
    ['2.3.1', { challengeWindowSize: '05' }, '305', 'challengeWindowSize', '10', '22']
  ] as const) {
    const aRes = await challenged(acs, '4000400040004001', version)
    await open(aRes)
    const refused = await atShop(acs, await open(aRes, members))
    t.match(refused, { messageType: 'Erro', messageVersion: version, errorCode, errorComponent: 'A', errorDetail, errorMessageType: 'CReq' })
    t.match(resultOf(acs, aRes), { transStatus: 'U', transStatusReason, challengeCancel, interactionCounter: '00' })
    t.strictSame(resultOf(acs, aRes).challengeErrorReporting, version === '2.3.1' ? refused : undefined)
    t.match(await atShop(acs, await open(aRes)), { messageType: 'Erro', errorCode: version === '2.3.1' ? '315' : '305', errorDetail: 'The challenge is over' })
  }
  t.strictSame([acs.ds.faults, acs.shop.faults], [[], []])
})

t.test('VALIDATION=emv-strict: the form of a page that nobody was shown is refused, and the CReq that comes then is the first (emv3ds §5.3)', async (t) => {
  const acs = await startAcs(t, { VALIDATION: 'emv-strict' })
  const aRes = await challenged(acs, '4000400040004001', '2.2.0')
  const { statusCode } = await acs.app.inject({ method: 'POST', url: `/acs/challenge/${aRes['acsTransID']}`, headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: 'action=resend' })
  t.equal(statusCode, 409)
  t.match(await atShop(acs, await press(await open(aRes), aRes, { otp: '1234', action: 'submit' })), { messageType: 'CRes', transStatus: 'Y' })
})

t.test('a CReq at fault: the Erro goes through the browser, and to the DS with the RReq of 2.3.1 (emv3ds §12.3)', async (t) => {
  const acs = await startAcs(t)
  for (const [version, challengeCancel] of [['2.1.0', '06'], ['2.2.0', '06'], ['2.3.1', '10']] as const) {
    const aRes = await challenged(acs, '4000400040004001', version)
    const refused = await atShop(acs, await open(aRes, { challengeWindowSize: '06' }))
    t.match(refused, { messageType: 'Erro', errorCode: '203', errorDetail: 'challengeWindowSize' })
    t.match(resultOf(acs, aRes), { transStatus: 'U', challengeCancel, interactionCounter: '00' })
    t.strictSame(resultOf(acs, aRes).challengeErrorReporting, version === '2.3.1' ? refused : undefined)
  }
  t.strictSame([acs.ds.faults, acs.shop.faults], [[], []])
})

t.test('with ERRO_FIELD=erro the Erro has a field of its own, and a CRes stays in cres (emv3ds §12.3, §17)', async (t) => {
  const acs = await startAcs(t, { ERRO_FIELD: 'erro' })
  const aRes = await challenged(acs, '4000400040004001')
  const { fields } = readForm((await open(aRes, { challengeWindowSize: '06' })).raw)
  t.strictSame(Object.keys(fields), ['erro', 'threeDSSessionData'])
  t.match(JSON.parse(Buffer.from(fields['erro'] as string, 'base64url').toString()), { messageType: 'Erro', errorCode: '203', errorDetail: 'challengeWindowSize' })
  t.match(await atShop(acs, await open(aRes)), { messageType: 'CRes', transStatus: 'N' })
})

t.test('before 2.3.1 a page that is still open when its time is over asks where the challenge stands (emv3ds §11, §17)', async (t) => {
  const clock = createManualClock(START)
  const acs = await startAcs(t, {}, { clock })
  const reload = ({ raw }: Reply) => /<meta http-equiv="refresh" content="([^"]*)">/.exec(raw)?.[1]
  for (const version of VERSIONS) {
    const aRes = await challenged(acs, '4000400040004001', version)
    const page = await open(aRes)
    const [first, second] = version === '2.3.1' ? [] : [`601; url=challenge/${aRes.acsTransID}`, `601; url=./${aRes.acsTransID}`]
    t.equal(reload(page), first)
    clock.advance(100_500)
    t.equal(reload(await press(page, aRes, { otp: '0000', action: 'submit' })), second, 'an answer lets the time begin again')
    clock.advance(100_500)
    t.equal(reload(await send('GET', `${aRes.acsURL}/${aRes.acsTransID}`)), second?.replace('601', '501'))
    clock.advance(499_500)
    t.equal(reload(await send('GET', `${aRes.acsURL}/${aRes.acsTransID}`)), second?.replace('601', '1'), 'as long as nothing has ended it')
  }
})

t.test('in a real browser the page that nobody answered posts the CRes: N (emv3ds §11, §17)', { skip: browserIsLeftOut }, async (t) => {
  const clock = createManualClock(START)
  const acs = await startAcs(t, { CHALLENGE_IDLE_TIMEOUT_SECONDS: '1' }, { clock })
  const page = await (await launchBrowser(t)).newPage()
  const aRes = await challenged(acs, '4000400040004001')
  await page.goto(acs.shop.url)
  await page.setContent(`<iframe name="bank" sandbox="allow-forms allow-scripts allow-same-origin" width="500" height="600"></iframe>
<form method="post" target="bank" action="${aRes.acsURL}"><input type="hidden" name="creq" value="${encoded(browserCReq(aRes))}"><button>Pay</button></form>`)
  await page.getByRole('button', { name: 'Pay' }).click()
  await page.frameLocator('iframe').getByRole('button', { name: 'Cancel' }).waitFor()
  clock.advance(1000)
  await acs.app.jobs.runDue()
  t.match((await acs.shop.challengeEnd()).cres, { messageType: 'CRes', transStatus: 'N' })
  t.match(resultOf(acs, aRes), { transStatus: 'N', transStatusReason: '14', challengeCancel: '04' })
  t.strictSame([acs.ds.faults, acs.shop.faults], [[], []])
})

t.test('out of band in a real browser: the page goes on by itself when the cardholder has approved elsewhere (emv3ds §5.6)', { skip: browserIsLeftOut }, async (t) => {
  const acs = await startAcs(t)
  const browser = await launchBrowser(t)
  const aRes = await challenged(acs, '4000400040004004')
  const [shopTab, phone] = [await browser.newPage(), await browser.newPage()]
  const complaints: string[] = []
  shopTab.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()) })
  await shopTab.goto(acs.shop.url)
  // As shops do: a form for a frame of their own, in a sandbox.
  await shopTab.setContent(`<iframe name="bank" sandbox="allow-forms allow-scripts allow-same-origin" width="500" height="600"></iframe>
<form method="post" target="bank" action="${aRes.acsURL}"><input type="hidden" name="creq" value="${encoded(browserCReq(aRes))}"><button>Pay</button></form>`)
  await shopTab.getByRole('button', { name: 'Pay' }).click()
  const bank = shopTab.frameLocator('iframe')
  const address = await bank.locator('.address span').textContent() as string
  t.equal(address, `${acs.url}/acs/oob/${aRes.acsTransID}`)

  await phone.goto(address)
  await phone.getByRole('button', { name: 'Approve' }).click()
  await phone.getByRole('heading', { name: 'Approved' }).waitFor()
  t.match((await acs.shop.challengeEnd()).cres, { transStatus: 'Y' })
  t.match(resultOf(acs, aRes), { transStatus: 'Y', interactionCounter: '01' })
  t.strictSame([complaints, acs.ds.faults, acs.shop.faults], [[], [], []])
})
