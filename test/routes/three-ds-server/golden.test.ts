import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { createSeededIds, type IdSource } from '../../../src/ids.ts'
import { build, post } from '../../setup/app.ts'
import { inEmvSpelling, inRuntimeSpelling } from '../../setup/requests.ts'

const EXAMPLES = ['browser-challenge', 'app-challenge', 'browser-frictionless', 'app-frictionless'] as const

/** `original/`: requests and answers of the original server, its names. `emv/`: our own answers to the same requests, EMV's names. */
function golden (kind: 'original' | 'emv', name: string): any {
  return JSON.parse(readFileSync(new URL(`../../golden/${kind}/${name}.json`, import.meta.url), 'utf8'))
}

/** Ids in the order in which they are used, then seeded ones. */
function theseIds (...uuids: string[]): IdSource {
  const seeded = createSeededIds('golden')
  return { ...seeded, uuid: () => uuids.shift() ?? seeded.uuid() }
}

/** A server that gives out the ids of an original answer. */
async function buildFor (t: Test, answer: any, env: Record<string, string> = {}): Promise<FastifyInstance> {
  const { acsTransId, dsTransId } = answer.authenticationResponse
  return build(t, { SEED: 'golden', ACS_SIGNING_ALG: 'ES256', ...env }, { ids: theseIds(dsTransId, acsTransId) })
}

/** Takes out what no comparison of texts fits: the signature, and the CReq in base64. */
function takeApart ({ base64EncodedChallengeRequest: creq, acsSignedContent: top, ...answer }: any): { answer: any, creq?: string, jws: (string | undefined)[] } {
  const { acsSignedContent: inner, ...authenticationResponse } = answer.authenticationResponse
  return { answer: { ...answer, authenticationResponse }, creq, jws: [top, inner] }
}

const decodeJson = (text: string) => JSON.parse(Buffer.from(text, 'base64').toString())
const legacy = { COMPATIBILITY: 'legacy' }

for (const name of EXAMPLES) {
  t.test(`${name}: COMPATIBILITY=legacy answers as the original, field for field (compatibility §7)`, async (t) => {
    const { request, answer } = golden('original', name)
    const { body } = await post(await buildFor(t, answer, { ...legacy, ACS_SIGNING_ALG: 'PS256' }), '/3ds/authenticate', request)
    const { acsSignedContent, ...aRes } = body.authenticationResponse
    t.strictSame({ ...body, authenticationResponse: aRes }, answer)
    t.equal(acsSignedContent !== undefined, name === 'app-challenge')
    if (acsSignedContent === undefined) return
    const [header, payload] = acsSignedContent.split('.')
    t.match(decodeJson(header), { typ: 'JWT', alg: 'PS256', x5c: [/^[\w+/]+=*$/] })
    t.match(decodeJson(payload), {
      acsTransID: aRes.acsTransId,
      acsRefNumber: 'issuer1',
      acsURL: 'http://127.0.0.1:8080/challenge',
      acsEphemPubKey: { kty: 'EC', crv: 'P-256', x: /^[\w-]{43}$/, y: /^[\w-]{43}$/ },
      sdkEphemPubKey: request.sdkEphemeralPublicKey
    })
  })

  t.test(`${name}: COMPATIBILITY=legacy gives the same in EMV spelling to who asks in it`, async (t) => {
    const { request, answer } = golden('original', name)
    const { body } = await post(await buildFor(t, answer, legacy), '/3ds/authenticate', inEmvSpelling(request))
    const [given, wanted] = [takeApart(body), takeApart(inEmvSpelling(answer))]
    t.strictSame(given.answer, wanted.answer)
    t.equal(given.creq, answer.base64EncodedChallengeRequest, 'what is in the base64 is always spelt as in the original')
  })

  t.test(`${name}: COMPATIBILITY=emv answers with what EMV has, in the spelling of the request`, async (t) => {
    const { request, answer: original } = golden('original', name)
    const wanted = takeApart(golden('emv', name))
    const emv = takeApart((await post(await buildFor(t, original), '/3ds/authenticate', inEmvSpelling(request))).body)
    t.strictSame(emv.answer, wanted.answer)
    const runtime = takeApart((await post(await buildFor(t, original), '/3ds/authenticate', request)).body)
    t.strictSame(runtime.answer, inRuntimeSpelling(wanted.answer))

    t.strictSame(emv.jws.map((jws) => jws !== undefined), Array(2).fill(name === 'app-challenge'))
    t.equal(emv.jws[0], emv.jws[1], 'acsSignedContent is the same in both places')
    t.equal(emv.creq !== undefined, name.endsWith('-challenge'))
    if (emv.creq === undefined || runtime.creq === undefined) return
    t.match(emv.creq, /^[\w-]+$/, 'base64url without padding (emv3ds-protocol §5.3)')
    t.strictSame(decodeJson(emv.creq), emv.answer.challengeRequest)
    t.match(runtime.creq, /^[\w+/]+=*$/, 'standard base64 with padding, as the original')
    t.equal(runtime.creq.length % 4, 0)
    t.strictSame(decodeJson(runtime.creq), runtime.answer.challengeRequest)
  })
}

t.test('RESPONSE_SPELLING overrides the spelling of the request', async (t) => {
  const { request, answer: original } = golden('original', 'browser-challenge')
  const { answer: emv } = takeApart(golden('emv', 'browser-challenge'))
  const runtime = inRuntimeSpelling(emv)
  const both = {
    ...emv,
    ...runtime,
    authenticationResponse: { ...emv.authenticationResponse, ...runtime.authenticationResponse },
    challengeRequest: { ...emv.challengeRequest, ...runtime.challengeRequest }
  }
  const wanted = { emv: [emv, emv], legacy: [runtime, runtime], both: [both, both], 'as-request': [runtime, emv] }
  for (const [spelling, answers] of Object.entries(wanted)) {
    for (const [index, body] of [request, inEmvSpelling(request)].entries()) {
      const app = await buildFor(t, original, { RESPONSE_SPELLING: spelling })
      t.strictSame(takeApart((await post(app, '/3ds/authenticate', body)).body).answer, answers[index], `${spelling}, request ${index}`)
    }
  }
})

t.test('results and final in COMPATIBILITY=legacy answer as the original (compatibility §7.5)', async (t) => {
  const { request, answer } = golden('original', 'browser-challenge')
  const { results, final } = golden('original', 'results')
  const { threeDsServerTransId } = request
  const nullSdk = { ...results.request, sdkTransId: null }

  const app = await buildFor(t, answer, legacy)
  await post(app, '/3ds/authenticate', request)
  t.strictSame(await post(app, '/3ds/results', results.request), { status: 200, body: results.answer })
  const afterResults = { ...final.afterCode, eci: '05', authenticationValue: results.request.authenticationValue, resultsRequest: nullSdk }
  t.strictSame(await post(app, '/3ds/final', { threeDsServerTransId }), { status: 200, body: afterResults })
  t.strictSame((await post(app, '/3ds/final', { threeDSServerTransID: threeDsServerTransId })).body, inEmvSpelling(afterResults))

  const other = await buildFor(t, answer, legacy)
  await post(other, '/3ds/authenticate', request)
  const verified = await other.inject({
    method: 'POST',
    url: '/processor/mock/acs/verify-otp?redirectUrl=https%3A%2F%2Fshop.test%2F3ds%2Freturn',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: `otp=1234&threeDSServerTransID=${threeDsServerTransId}`
  })
  t.equal(verified.statusCode, 302)
  t.strictSame(await post(other, '/3ds/final', { threeDsServerTransId }), { status: 200, body: final.afterCode })
})

t.test('results and final in COMPATIBILITY=emv leave out what the transaction has not', async (t) => {
  const { request, answer } = golden('original', 'browser-challenge')
  const { results } = golden('original', 'results')
  const { threeDsServerTransId } = request
  for (const spell of [inEmvSpelling, inRuntimeSpelling]) {
    const app = await buildFor(t, answer)
    await post(app, '/3ds/authenticate', spell(request))
    const { sdkTransID, ...rRes } = inEmvSpelling(results.answer)
    t.equal(sdkTransID, null)
    t.strictSame(await post(app, '/3ds/results', spell(results.request)), { status: 200, body: spell(rRes) })
    const final = await post(app, '/3ds/final', spell({ threeDsServerTransId }))
    t.strictSame(final, {
      status: 200,
      body: spell({
        eci: '05',
        authenticationValue: results.request.authenticationValue,
        threeDSServerTransID: threeDsServerTransId,
        resultsResponse: rRes,
        resultsRequest: inEmvSpelling(results.request),
        transStatus: 'Y'
      })
    })
  }
})

t.test('the version answer carries the id in both spellings, as a request has none (compatibility §7.0)', async (t) => {
  const id = '3f6b1c52-7d0e-4a61-9b1f-2c9d5e7a8013'
  const cardRangesFrom = (acsStartProtocolVersion: string, acsEndProtocolVersion: string) => [{
    acsInfoInd: ['01', '02'],
    startRange: '5155010000000000',
    endRange: '5155019999999999',
    acsStartProtocolVersion,
    acsEndProtocolVersion,
    ...(acsEndProtocolVersion === '2.3.1' ? { threeDSMethodURL: 'http://127.0.0.1:8080/acs/method' } : {})
  }]
  const names = { 'as-request': ['threeDSServerTransID', 'threeDsServerTransId'], both: ['threeDSServerTransID', 'threeDsServerTransId'], emv: ['threeDSServerTransID'], legacy: ['threeDsServerTransId'] }
  for (const [spelling, carried] of Object.entries(names)) {
    for (const [COMPATIBILITY, earliest, latest] of [['emv', '2.1.0', '2.3.1'], ['legacy', '2.2.0', '2.2.0']] as const) {
      const app = await build(t, { RESPONSE_SPELLING: spelling, COMPATIBILITY }, { ids: theseIds(id) })
      t.strictSame(await post(app, '/3ds/version', { cardNumber: '5155010000000000' }), {
        status: 200, body: { ...Object.fromEntries(carried.map((name) => [name, id])), cardRanges: cardRangesFrom(earliest, latest) }
      })
    }
  }
})
