import t from 'tap'
import { compareMethod, judgeMethod, methodFindingsKey } from '../../../../src/acs/method/judge-method.ts'
import { readMethodData } from '../../../../src/acs/method/method-data.ts'
import { type MethodContext, methodFindings, type MethodPlace } from '../../../../src/acs/method/method-findings.ts'
import { findMethodRun, type MethodRun, methodRunKey } from '../../../../src/acs/method/method-run.ts'
import { keepMethodData, serveMethod } from '../../../../src/acs/method/run-method.ts'
import type { MethodBehaviour } from '../../../../src/scenario/method-behaviour.ts'
import { threeDSMethodData } from '../../../../src/three-ds-server/method-data.ts'
import { methodParts, START } from './method-app.ts'

const ID = '8a880dc0-d2d2-4067-bcb1-b08d1690b26e'
const OTHER_ID = '1f3a8b52-6c0d-4a57-9e0e-7d1c2b3a4f5e'
const URL = 'https://shop.test/3ds/method-done?id=1'

t.test('threeDSMethodData as a 3DS Requestor posts it: base64url without padding of the two members (emv3ds-protocol §2)', async (t) => {
  const field = threeDSMethodData(ID, `${URL}>>>???`)
  t.match(field, /^[A-Za-z0-9_-]+$/)
  t.equal(Buffer.from(field, 'base64url').toString(), `{"threeDSServerTransID":"${ID}","threeDSMethodNotificationURL":"${URL}>>>???"}`)
  t.strictSame(readMethodData(field), { id: ID, threeDSServerTransID: ID, threeDSMethodNotificationURL: `${URL}>>>???` })
  t.strictSame(readMethodData(threeDSMethodData(ID)), { id: ID, threeDSServerTransID: ID }, 'nobody is to be notified')
  t.strictSame(readMethodData(threeDSMethodData(ID.toUpperCase())), { id: ID, threeDSServerTransID: ID.toUpperCase() })
})

/** A run whose page came up at once and had its data a second later. */
const finished: MethodRun = { servedAt: START, notifiedURLGiven: true, behaviour: { type: 'notify' }, dataAt: START + 1000, data: {} }
const { dataAt, data, ...unfinished } = finished
const silent: MethodRun = { ...finished, notifiedURLGiven: false }
const faulty: MethodRun = { ...finished, faulty: true }
const behaving = (behaviour: MethodBehaviour): MethodRun => ({ ...finished, behaviour })
const delayed = (ms: number) => behaving({ type: 'delay', ms })

t.test('threeDSCompInd is compared with what happened (emv3ds-protocol §5.1)', async (t) => {
  const minute = START + 60_000
  const cases: [says: unknown, run: MethodRun | undefined, place: MethodPlace, message: string | undefined, more?: Partial<MethodContext>][] = [
    ['Y', finished, 'here', undefined],
    ['Y', finished, 'none', undefined],
    ['Y', behaving({ type: 'twice' }), 'here', undefined],
    ['Y', silent, 'here', undefined],
    ['Y', undefined, 'here', 'is Y, but the 3DS Method was not run'],
    ['Y', undefined, 'none', 'is Y, but no threeDSMethodURL is offered'],
    ['Y', unfinished, 'here', 'is Y, but its page has sent no data'],
    ['Y', { ...unfinished, notifiedURLGiven: false }, 'here', 'is Y, but its page has sent no data'],
    ['Y', faulty, 'here', 'is Y, but its threeDSMethodNotificationURL could not be used'],
    ['Y', behaving({ type: 'never' }), 'here', 'is Y, but its page never notifies'],
    ['Y', behaving({ type: 'wrong-id' }), 'here', 'is Y, but its page notified of another threeDSServerTransID'],
    ['Y', undefined, 'elsewhere', undefined],
    ['Y', finished, 'elsewhere', undefined],
    ['Y', unfinished, 'elsewhere', 'is Y, but its page has sent no data'],
    ['Y', behaving({ type: 'garbage' }), 'here', 'is Y, but its page notified of nothing that can be read'],
    ['Y', delayed(59_000), 'here', undefined],
    ['Y', delayed(59_001), 'here', 'is Y, but its notification is not due yet'],
    ['Y', { ...delayed(3000), servedAt: START + 57_001 }, 'here', 'is Y, but its notification is not due yet'],
    ['N', undefined, 'here', undefined],
    ['N', undefined, 'none', 'is N, but no threeDSMethodURL is offered: U'],
    ['N', undefined, 'elsewhere', undefined],
    ['N', behaving({ type: 'garbage' }), 'here', undefined],
    ['N', unfinished, 'here', undefined],
    ['N', silent, 'here', undefined],
    ['N', faulty, 'here', undefined],
    ['N', behaving({ type: 'never' }), 'here', undefined],
    ['N', behaving({ type: 'wrong-id' }), 'here', undefined],
    ['N', finished, 'here', 'is N, although the 3DS Method finished in time'],
    ['N', finished, 'none', 'is N, although the 3DS Method finished in time'],
    ['N', behaving({ type: 'twice' }), 'here', 'is N, although the 3DS Method finished in time'],
    ['N', delayed(8999), 'here', 'is N, although the 3DS Method finished in time'],
    ['N', delayed(9000), 'here', undefined],
    ['N', delayed(8999), 'here', undefined, { now: START + 9000 }],
    ['N', delayed(8999), 'here', 'is N, although the 3DS Method finished in time', { messageVersion: '2.1.0' }],
    ['N', delayed(3999), 'here', 'is N, although the 3DS Method finished in time', { messageVersion: '2.3.1' }],
    ['N', delayed(4000), 'here', undefined, { messageVersion: '2.3.1' }],
    ['N', { ...finished, servedAt: START + 2000 }, 'here', 'is N, although the 3DS Method finished in time'],
    ['U', undefined, 'none', undefined],
    ['U', undefined, 'here', 'is U, although a threeDSMethodURL is offered'],
    ['U', undefined, 'elsewhere', 'is U, although a threeDSMethodURL is offered'],
    ['U', finished, 'here', 'is U, although the 3DS Method was run'],
    ['U', unfinished, 'none', 'is U, although the 3DS Method was run'],
    [undefined, finished, 'here', undefined],
    ['X', undefined, 'here', undefined],
    [['Y'], undefined, 'here', undefined]
  ]
  for (const [says, run, methodPlace, message, more] of cases) {
    const found = methodFindings(says, run, { methodPlace, messageVersion: '2.2.0', now: minute, ...more })
    t.strictSame(found, message === undefined ? [] : [{ element: 'threeDSCompInd', message }], `${says} ${JSON.stringify(run)} ${methodPlace} ${JSON.stringify(more)}`)
  }
})

t.test('2.3.1: threeDSMethodId names a run of the last 10 minutes, and threeDSCompInd is Y (emv3ds-protocol §5.1)', async (t) => {
  const mustBeY = { element: 'threeDSCompInd', message: 'must be Y where threeDSMethodId is sent' }
  const about = (message: string) => ({ element: 'threeDSMethodId', message })
  const tooOld = about('names a 3DS Method that finished more than 10 minutes ago')
  const cases: [says: unknown, run: MethodRun | undefined, seconds: number, findings: unknown[]][] = [
    ['Y', finished, 601, []],
    ['Y', finished, 601.001, [tooOld]],
    ['Y', delayed(3000), 604, []],
    ['Y', silent, 300, []],
    ['Y', undefined, 300, [about('names no 3DS Method that was run')]],
    ['Y', unfinished, 300, [about('names a 3DS Method, but its page has sent no data')]],
    ['Y', behaving({ type: 'never' }), 300, [about('names a 3DS Method, but its page never notifies')]],
    ['N', finished, 300, [mustBeY]],
    [undefined, finished, 700, [mustBeY, tooOld]]
  ]
  for (const [says, run, seconds, findings] of cases) {
    const context = { methodPlace: 'here' as const, now: START + seconds * 1000, reused: { run } }
    t.strictSame(methodFindings(says, undefined, { ...context, messageVersion: '2.3.1' }), findings, `${says} ${seconds} ${JSON.stringify(run)}`)
  }
  const context = { methodPlace: 'here' as const, messageVersion: '2.2.0', now: START, reused: { run: finished } }
  t.strictSame(methodFindings('Y', undefined, context), [{ element: 'threeDSCompInd', message: 'is Y, but the 3DS Method was not run' }], 'no element of earlier versions')
})

t.test('what an AReq says is judged by what was kept under its ids', async (t) => {
  const parts = methodParts()
  const judge = (aReq: object) => judgeMethod({
    deviceChannel: '02', messageVersion: '2.3.1', threeDSServerTransID: OTHER_ID, threeDSCompInd: 'Y', ...aReq
  }, { ...parts, methodPlace: 'here' })
  const notRun = [{ element: 'threeDSCompInd', message: 'is Y, but the 3DS Method was not run' }]
  await serveMethod(threeDSMethodData(ID, URL), undefined, parts)
  await keepMethodData(ID, {}, parts)
  t.strictSame(await judge({}), notRun)
  t.strictSame(await judge({ deviceChannel: '01' }), [], 'there is none in an app')
  t.strictSame(await judge({ threeDSServerTransID: ID }), [])
  t.strictSame(await judge({ threeDSServerTransID: ID.toUpperCase(), threeDSCompInd: 'U' }), [{ element: 'threeDSCompInd', message: 'is U, although the 3DS Method was run' }])
  t.strictSame(await judge({ threeDSMethodId: ID.toUpperCase() }), [])
  t.strictSame(await judge({ threeDSMethodId: OTHER_ID }), [{ element: 'threeDSMethodId', message: 'names no 3DS Method that was run' }])
  t.strictSame(await judge({ threeDSMethodId: 'no id' }), [{ element: 'threeDSMethodId', message: 'names no 3DS Method that was run' }])
  t.strictSame(await judge({ threeDSServerTransID: '__proto__' }), notRun)
  parts.clock.advance(601_000)
  t.match(await judge({ threeDSMethodId: ID }), [{ message: 'names a 3DS Method that finished more than 10 minutes ago' }])
  parts.clock.advance(1_200_000)
  t.strictSame(await judge({ threeDSServerTransID: ID }), notRun, 'it is kept for as long as a transaction')
})

t.test('what is kept of a run, and for how long', async (t) => {
  const parts = methodParts()
  const { notes, clock } = parts
  const key = `method:${ID}`
  t.equal(methodRunKey(ID), key)
  const { id, page } = await serveMethod(threeDSMethodData(ID.toUpperCase(), URL), '1', parts)
  t.equal(id, ID)
  t.match(page.html, 'data-wait="1"')
  const first = { servedAt: START, notifiedURLGiven: true, behaviour: { type: 'delay', ms: 1 } }
  t.strictSame(await notes.get(key), first)
  clock.advance(100)
  const form = { browserUserAgent: 'ünï', browserTZ: '-60', stray: 'x', languages: ['a', 'b'], platform: 'x'.repeat(3000) }
  await keepMethodData(ID.toUpperCase(), form, parts)
  const gathered = { dataAt: START + 100, data: { browserUserAgent: 'ünï', browserTZ: '-60', platform: 'x'.repeat(2048) } }
  t.strictSame(await notes.get(key), { ...first, ...gathered })
  clock.advance(100)
  await keepMethodData(ID, { browserTZ: 'later' }, parts)
  t.strictSame(await notes.get(key), { ...first, ...gathered }, 'the first data')
  await serveMethod(threeDSMethodData(ID), '2', parts)
  const second = { servedAt: START + 200, notifiedURLGiven: false, behaviour: { type: 'delay', ms: 2 }, ...gathered }
  t.strictSame(await findMethodRun(ID, notes), second, 'served again, with the data that came first')
  await serveMethod(Buffer.from(JSON.stringify({ threeDSServerTransID: ID, threeDSMethodNotificationURL: 5 })).toString('base64'), '3', parts)
  t.strictSame(await findMethodRun(ID, notes), { servedAt: START + 200, notifiedURLGiven: true, faulty: true, behaviour: { type: 'delay', ms: 3 }, ...gathered })
  clock.advance(1_800_001)
  t.equal(await findMethodRun(ID, notes), undefined)
  await t.rejects(keepMethodData(ID, {}, parts), { name: 'MockError', code: 'invalid_request', message: 'The 3DS Method was not run under this threeDSServerTransID' })
})

t.test('what is found about an AReq is kept beside its transaction, for as long; nothing is kept where nothing is found', async (t) => {
  const parts = { ...methodParts(), methodPlace: 'here' as const }
  const aReq = { deviceChannel: '02', messageVersion: '2.2.0', threeDSServerTransID: ID.toUpperCase(), threeDSCompInd: 'Y' }
  const key = `method-findings:${ID}`
  t.equal(methodFindingsKey(ID), key)
  const findings = [{ element: 'threeDSCompInd', message: 'is Y, but the 3DS Method was not run' }]
  t.strictSame(await compareMethod({ ...aReq, threeDSCompInd: 'N' }, parts), [])
  t.equal(await parts.notes.get(key), undefined)
  t.strictSame(await compareMethod(aReq, parts), findings)
  t.strictSame(await parts.notes.get(key), { at: START, findings })
  parts.clock.advance(1_800_001)
  t.equal(await parts.notes.get(key), undefined)
})
