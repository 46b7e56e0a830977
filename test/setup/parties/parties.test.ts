import { createHash, createPublicKey, diffieHellman, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { compactDecrypt, CompactSign } from 'jose'
import t from 'tap'
import type { Send } from '../sdk-client.ts'
import { aResOfAnother, aResWithoutStatus, aResWithReservedReason, authenticated, authenticationRefused, startAcs } from './acs.ts'
import { resultsRefusedByDs, startDirectoryServer } from './directory-server.ts'
import { aReq, aRes, erro, forwarded, oReq, pReq, rReq } from './messages.ts'
import { hangUp, notJson, postJson, serverError, silence } from './party.ts'
import { AppSdk, Refusal } from './sdk.ts'
import { agreedKey, compactJwe, type Enc, encryptedDeviceData, ephemeralPair } from './sdk-crypto.ts'
import { decoded, encoded, postForm, readForm, readForms, SPELLINGS, startShop, submit } from './shop.ts'
import { resultsOfAnother, resultsRefused, resultsTaken, resultsWithoutStatus, startThreeDSServer } from './three-ds-server.ts'

t.test('three parties finish a challenge without the server under test (emv3ds-protocol §5, §10)', async (t) => {
  const [threeDSS, ds, acs] = await Promise.all([startThreeDSServer(t), startDirectoryServer(t), startAcs(t)])
  for (const version of ['2.1.0', '2.2.0', '2.3.1'] as const) {
    for (const channel of ['01', '02'] as const) {
      const areq = { ...aReq({ version, channel }), threeDSServerURL: threeDSS.url }
      const id: string = areq.threeDSServerTransID
      acs.onAuthentication(authenticated({ transStatus: 'C' }))
      const { status, message: ares } = await ds.authenticate(acs.url, areq)
      t.match({ status, ares }, { status: 200, ares: { messageType: 'ARes', transStatus: 'C', threeDSServerTransID: id } })
      const { message: rres } = await acs.sendResults(id)
      t.match(rres, { messageType: 'RRes', threeDSServerTransID: id, acsTransID: ares.acsTransID, resultsStatus: '01' })
      t.equal((await threeDSS.post(threeDSS.url, rReq(forwarded(areq, ds.url), ares, { challengeCancel: '05' }))).message.resultsStatus, '02')
    }
  }
  t.equal(acs.of('AReq').length, 6)
  t.equal((await acs.received('AReq', 6)).message.dsURL, ds.url)
  t.equal((await ds.received('RReq')).headers['content-type'], 'application/json; charset=UTF-8')
  t.strictSame([acs.faults, ds.faults], [[], []])
})

t.test('each party answers as it is told, and collects what is wrong with what it got', async (t) => {
  const [threeDSS, ds, acs] = await Promise.all([startThreeDSServer(t), startDirectoryServer(t), startAcs(t)])
  const areq = forwarded(aReq(), ds.url)
  const ares = aRes(areq, { transStatus: 'C' })
  const rreq = rReq(areq, ares)
  const answers = async (url: string, message: unknown) => {
    const { status, raw, message: answer } = await postJson(url, message)
    return [status, answer?.messageType, answer?.errorCode ?? answer?.resultsStatus ?? answer?.transStatus ?? raw.length]
  }

  t.strictSame(await answers(threeDSS.url, rreq), [200, 'RRes', '01'])
  threeDSS.onResults(resultsTaken({ resultsStatus: '03' }))
  t.strictSame(await answers(threeDSS.url, rreq), [200, 'RRes', '03'])
  threeDSS.onResults(resultsRefused('203', 'eci'))
  t.strictSame(await answers(threeDSS.url, rreq), [200, 'Erro', '203'])
  threeDSS.onResults(resultsWithoutStatus)
  t.equal((await postJson(threeDSS.url, rreq)).message.resultsStatus, undefined)
  threeDSS.onResults(resultsOfAnother)
  t.not((await postJson(threeDSS.url, rreq)).message.dsTransID, rreq.dsTransID)
  threeDSS.onResults(serverError)
  t.strictSame(await answers(threeDSS.url, rreq), [500, undefined, 12])
  threeDSS.onResults(notJson)
  t.strictSame(await answers(threeDSS.url, rreq), [200, undefined, 15])
  threeDSS.onResults(hangUp)
  await t.rejects(postJson(threeDSS.url, rreq), { code: 'ECONNRESET' })
  threeDSS.onResults(silence)
  const held = postJson(threeDSS.url, rreq)
  await threeDSS.received('RReq', 9)
  threeDSS.release()
  t.equal((await held).raw, '')

  acs.onAuthentication(authenticationRefused('305', 'acctNumber'))
  t.strictSame(await answers(acs.url, areq), [200, 'Erro', '305'])
  acs.onAuthentication(aResWithoutStatus)
  t.equal((await ds.authenticate(acs.url, aReq())).message.transStatus, undefined)
  acs.onAuthentication(aResWithReservedReason)
  t.equal((await ds.authenticate(acs.url, aReq())).message.transStatusReason, '79')
  t.strictSame(ds.faults, [
    { code: '201', element: 'transStatus', messageType: 'ARes' },
    { code: '203', element: 'transStatusReason', messageType: 'ARes' }
  ])
  acs.onAuthentication(aResOfAnother)
  ds.faults.length = 0
  await ds.authenticate(acs.url, aReq())
  t.strictSame(ds.faults, [
    { code: '301', element: 'threeDSServerTransID', messageType: 'ARes' },
    { code: '301', element: 'dsTransID', messageType: 'ARes' }
  ])
  ds.onResults(resultsRefusedByDs('405', 'threeDSServerURL'))
  t.strictSame(await answers(ds.url, rreq), [200, 'Erro', '405'])

  // An Erro gets an empty 200, and nobody answers what is not for him.
  t.strictSame(await answers(acs.url, erro(ares, 'D', '203', 'eci')), [200, undefined, 0])
  t.equal((await ds.sendErro(threeDSS.url, rreq, '402', 'RRes')).status, 200)
  t.equal((await threeDSS.sendErro(ds.url, rreq, '203', 'eci')).status, 200)
  t.equal((await acs.sendErro(ds.url, rreq, '203', 'eci')).status, 200)
  t.equal((await threeDSS.prepare(acs.url, pReq())).status, 400)
  t.equal((await threeDSS.authenticate(ds.url, aReq())).status, 400)
  t.match((await ds.inform(threeDSS.url, oReq())).message, { messageType: 'ORes', opStatus: '01' })
  t.equal((await ds.inform(threeDSS.url, oReq({ opSeq: { seqId: areq.dsTransID, seqNum: '01', seqTotal: '02' } }))).raw, '')

  const never = ds.received('PReq')
  await Promise.all([t.rejects(never, { message: 'PReq number 1 never came' }), ds.close()])
})

t.test('a shop spells and reads forms (§2)', async (t) => {
  const creq = { messageType: 'CReq', text: 'ÿþ?>ü' }
  t.strictSame(SPELLINGS.map((spelling) => encoded(creq, spelling)), [
    'eyJtZXNzYWdlVHlwZSI6IkNSZXEiLCJ0ZXh0Ijoiw7_Dvj8-w7wifQ', 'eyJtZXNzYWdlVHlwZSI6IkNSZXEiLCJ0ZXh0Ijoiw7_Dvj8-w7wifQ==',
    'eyJtZXNzYWdlVHlwZSI6IkNSZXEiLCJ0ZXh0Ijoiw7/Dvj8+w7wifQ', 'eyJtZXNzYWdlVHlwZSI6IkNSZXEiLCJ0ZXh0Ijoiw7/Dvj8+w7wifQ=='
  ])
  t.strictSame(decoded(encoded(creq)), creq)
  t.throws(() => decoded(encoded(creq, { padding: true })))
  t.strictSame(readForm('<form method="POST" action="/a?b=1&amp;c=2"><input type="hidden" name="x" value="&quot;&#39;&#x3c;"><input name=y value=1></form>'),
    { action: '/a?b=1&c=2', method: 'post', fields: { x: '"\'<', y: '1' } })
  t.strictSame(readForms('<p>'), [])
  t.throws(() => readForm('<form></form><form></form>'))

  const shop = await startShop(t)
  const areq = aReq()
  const ares = aRes(forwarded(areq, 'https://ds.test'), { transStatus: 'C' })
  const cres = { messageType: 'CRes', messageVersion: '2.2.0', threeDSServerTransID: areq.threeDSServerTransID, acsTransID: ares.acsTransID, transStatus: 'Y' }
  await postForm(shop.threeDSMethodNotificationURL, { threeDSMethodData: encoded({ threeDSServerTransID: areq.threeDSServerTransID }) })
  await submit({ action: '/3ds/notify', method: 'post', fields: { cres: encoded(cres), threeDSSessionData: 'abc' } }, shop.url)
  await submit({ action: '/3ds/notify', method: 'post', fields: { cres: encoded({ ...cres, transStatus: 'U' }) } }, shop.url)
  t.strictSame(await shop.methodEnd(), { threeDSServerTransID: areq.threeDSServerTransID })
  t.strictSame(await shop.challengeEnd(), { cres, threeDSSessionData: 'abc' })
  t.strictSame(shop.faults, [])
  t.equal((await shop.challengeEnd(2)).threeDSSessionData, undefined)
  t.strictSame(shop.faults, [{ code: '203', element: 'transStatus', messageType: 'CRes' }])
})

t.test('device data is what a DS can decrypt (§13.1)', async (t) => {
  const data = { DV: '1.1' }
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const ec = ephemeralPair()
  for (const enc of ['A128CBC-HS256', 'A128GCM'] as const) {
    const forRsa = await encryptedDeviceData(data, { ...rsa.publicKey.export({ format: 'jwk' }), kid: 'one' } as any, { enc })
    const read = await compactDecrypt(forRsa, rsa.privateKey)
    t.strictSame([JSON.parse(Buffer.from(read.plaintext).toString()), { ...read.protectedHeader }], [data, { alg: 'RSA-OAEP-256', enc, kid: 'one' }])

    const forEc = await encryptedDeviceData(data, { ...ec.publicJwk, kid: 'two' }, { enc, directoryServerId: 'A000000004', withoutKid: true })
    const [first = '', second, ...rest] = forEc.split('.')
    const { epk, ...header } = JSON.parse(Buffer.from(first, 'base64url').toString())
    t.strictSame([header, second, rest.length], [{ alg: 'ECDH-ES', enc }, '', 3])
    const key = agreedKey(ec.privateKey, epk, 'A000000004')
    // jose reads the same kind of JWE with the key given.
    const direct = compactJwe({ alg: 'dir', enc }, Buffer.from('text'), enc === 'A128GCM' ? key.subarray(0, 16) : key)
    t.equal(Buffer.from((await compactDecrypt(direct, enc === 'A128GCM' ? key.subarray(0, 16) : key)).plaintext).toString(), 'text')
  }
})

t.test('the key agreement is the one that the text defines (§13.3)', async (t) => {
  const [sdk, acs] = [ephemeralPair(), ephemeralPair()]
  const key = agreedKey(sdk.privateKey, acs.publicJwk, 'ref')
  t.strictSame(key, agreedKey(acs.privateKey, sdk.publicJwk, 'ref'))
  t.notSame(key, agreedKey(acs.privateKey, sdk.publicJwk, 'other'))
  const z = diffieHellman({ privateKey: acs.privateKey, publicKey: createPublicKey(sdk.privateKey) })
  const parts = ['00000001', z.toString('hex'), '00000000', '00000000', '00000003', '726566', '00000100']
  t.strictSame(key, createHash('sha256').update(Buffer.from(parts.join(''), 'hex')).digest())
})

for (const alg of ['PS256', 'ES256'] as const) {
  t.test(`an app's SDK goes through every kind of screen, ${alg} (§9, §13)`, async (t) => {
    for (const enc of ['A128CBC-HS256', 'A128GCM'] as const) {
      const acs = stubAcs(alg, enc)
      const sdk = new AppSdk(acs.send, { version: '2.3.1', enc })
      const areq = aReq({ version: '2.3.1', channel: '01' }, sdk.members())
      const toAcs = forwarded(areq, 'https://ds.test')
      const ares = aRes(toAcs, { transStatus: 'C', acsSignedContent: await acs.signed(areq.sdkEphemPubKey) })
      t.equal((await sdk.deviceData('EC')).split('.').length, 5)
      await t.rejects(sdk.deviceData('RSA'))
      const { sdkTransID } = sdk
      await t.rejects(new AppSdk(stubAcs(alg, enc).send, { sdkTransID }).accept(ares), { message: 'acsSignedContent: chain breaks at 0' })
      await t.rejects(new AppSdk(acs.send, { sdkTransID }).accept(ares), { message: 'acsSignedContent: not our key' })
      await t.rejects(sdk.accept({ ...ares, acsSignedContent: ares.acsSignedContent.replace(/.{9}$/, 'AAAAAAAAA') }), { code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' })
      await sdk.accept(ares, toAcs)
      t.equal(sdk.alg, alg)
      acs.agree(sdk)

      const texts = { challengeInfoHeader: 'h', challengeInfoText: 't', submitAuthenticationLabel: 's' }
      acs.next({ acsUiType: '01', ...texts, challengeEntryBox: { challengeDataEntryLabel: 'Code' }, trustListInfoText: 'Trust?' })
      await sdk.start()
      acs.next({ acsUiType: '02', ...texts, challengeInfoLabel: 'l', challengeSelectInfo: [{ a: 'A' }, { b: 'B' }] })
      await sdk.enter('1234', '5678')
      acs.next({ acsUiType: '05', acsHTML: Buffer.from('<form>').toString('base64url') })
      await sdk.select('a', 'b')
      t.equal(sdk.html, '<form>')
      acs.next({ acsUiType: '04', challengeInfoHeader: 'h', challengeInfoText: 't', oobContinueLabel: 'c' })
      await sdk.submitHtml({ otp: '12 34', submit: 'verify' })
      acs.next({ acsUiType: '07', challengeInfoHeader: 'h', challengeInfoText: 't', infoContinueLabel: 'c' })
      await sdk.continueOob('02')
      acs.next({ challengeCompletionInd: 'Y', transStatus: 'Y' })
      t.equal((await sdk.continueInfo()).transStatus, 'Y')
      t.strictSame(sdk.faults, [])
      t.strictSame(acs.creqs.map(({ messageType, messageVersion, threeDSServerTransID, acsTransID, sdkTransID, oobAppURLInd, ...rest }) => rest), [
        { sdkCounterStoA: '000' },
        { sdkCounterStoA: '001', trustListDataEntry: 'N', challengeDataEntry: '1234', challengeDataEntryTwo: '5678' },
        { sdkCounterStoA: '002', challengeDataEntry: 'a,b' },
        { sdkCounterStoA: '003', challengeHTMLDataEntry: 'otp=12+34&submit=verify' },
        { sdkCounterStoA: '004', oobContinue: '02' },
        { sdkCounterStoA: '005', infoContinueIndicator: true }
      ])

      acs.next({ acsUiType: '01', ...texts, challengeInfoHeader: '' })
      await sdk.resend()
      t.strictSame(sdk.faults, [
        { code: '201', element: 'challengeEntryBox', messageType: 'CRes' },
        { code: '201', element: 'challengeInfoHeader', messageType: 'CRes' }
      ])
      acs.refuse('302')
      await t.rejects(sdk.cancel(), new Refusal({ errorCode: '302', errorDetail: 'x' }))
      t.match(await sdk.refused(), { messageType: 'Erro', errorCode: '302' })
      t.equal((await sdk.sendErro('402', 'CRes')).status, 200)
    }
  })
}

/** Enough of an ACS for one SDK. It keeps the CReqs that it decrypts and answers with what is next. */
function stubAcs (alg: 'PS256' | 'ES256', enc: Enc) {
  const { rootPem, leaf, leafKey } = chain(alg)
  const pair = ephemeralPair()
  const creqs: any[] = []
  let key: Buffer = Buffer.alloc(32)
  let screen: object = {}
  let errorCode: string | undefined
  const json = (message: unknown) => ({ status: 200, contentType: 'application/json; charset=UTF-8', headers: {}, body: JSON.stringify(message) })

  const send: Send = async (_, path, body) => {
    if (path === '/ds/ca.pem') return { ...json(''), body: rootPem }
    if (path === '/ds/keys') return json({ keys: [{ ...ephemeralPair().publicJwk, kid: 'ec' }] })
    if (String(body).startsWith('{')) return { ...json(''), body: '' }
    const { plaintext } = await compactDecrypt(String(body), enc === 'A128GCM' ? key.subarray(0, 16) : key)
    const creq = JSON.parse(Buffer.from(plaintext).toString())
    if (errorCode !== undefined) return json(erro(creq, 'A', errorCode, 'x'))
    const { messageVersion, threeDSServerTransID, acsTransID, sdkTransID, sdkCounterStoA } = creq
    creqs.push(creq)
    const cres = { messageType: 'CRes', messageVersion, threeDSServerTransID, acsTransID, sdkTransID, acsCounterAtoS: sdkCounterStoA, challengeCompletionInd: 'N', ...screen }
    const iv = enc === 'A128GCM' ? [Buffer.from([...new Array(11).fill(0xff), Number(sdkCounterStoA)])] : []
    const jwe = compactJwe({ alg: 'dir', enc, kid: acsTransID }, Buffer.from(JSON.stringify(cres)), enc === 'A128GCM' ? key.subarray(16) : key, ...iv)
    return { status: 200, contentType: 'application/jose; charset=UTF-8', headers: {}, body: jwe }
  }
  return {
    send,
    creqs,
    next: (members: object) => { screen = members },
    refuse: (code: string) => { errorCode = code },
    agree: (sdk: AppSdk) => { key = agreedKey(pair.privateKey, sdk.pair.publicJwk, sdk.sdkReferenceNumber) },
    signed: (sdkEphemPubKey: unknown) => new CompactSign(Buffer.from(JSON.stringify({
      acsURL: 'https://acs.test/app?x=1', acsEphemPubKey: pair.publicJwk, sdkEphemPubKey
    }))).setProtectedHeader({ alg, x5c: [leaf.toString('base64')] }).sign(leafKey)
  }
}

/** A root and a leaf, as little X.509 (RFC 5280 §4.1) as node:crypto verifies. */
function chain (alg: 'PS256' | 'ES256'): { rootPem: string, leaf: Buffer, leafKey: KeyObject } {
  const root = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const own = alg === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('rsa', { modulusLength: 2048 })
  const der = (tag: number, ...parts: Buffer[]): Buffer => {
    const content = Buffer.concat(parts)
    const length = content.length < 128 ? [content.length] : [0x82, content.length >> 8, content.length & 255]
    return Buffer.concat([Buffer.from([tag, ...length]), content])
  }
  const name = (text: string) => der(0x30, der(0x31, der(0x30, Buffer.from('0603550403', 'hex'), der(0x0c, Buffer.from(text)))))
  const ecdsaWithSha256 = der(0x30, Buffer.from('06082a8648ce3d040302', 'hex'))
  const validity = der(0x30, ...['20200101000000Z', '21200101000000Z'].map((time) => der(0x18, Buffer.from(time))))
  const certificate = (subject: string, publicKey: KeyObject) => {
    const serial = createHash('sha256').update(subject).digest().subarray(0, 8).map((byte, at) => at === 0 ? 1 : byte)
    const content = der(0x30, der(0x02, Buffer.from(serial)), ecdsaWithSha256, name('Root'), validity, name(subject), publicKey.export({ type: 'spki', format: 'der' }))
    return der(0x30, content, ecdsaWithSha256, der(0x03, Buffer.from([0]), sign('sha256', content, root.privateKey)))
  }
  const rootPem = `-----BEGIN CERTIFICATE-----\n${certificate('Root', root.publicKey).toString('base64')}\n-----END CERTIFICATE-----\n`
  return { rootPem, leaf: certificate('Leaf', own.publicKey), leafKey: own.privateKey }
}
