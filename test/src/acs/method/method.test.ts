import t from 'tap'
import { judgeMethod } from '../../../../src/acs/method/judge-method.ts'
import { readMethodData } from '../../../../src/acs/method/method-data.ts'
import { type MethodContext, methodFindings } from '../../../../src/acs/method/method-findings.ts'
import { findMethodRun, type MethodBehaviour, type MethodRun, methodRunKey } from '../../../../src/acs/method/method-run.ts'
import { keepMethodData, serveMethod } from '../../../../src/acs/method/run-method.ts'
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
  const cases: [says: unknown, run: MethodRun | undefined, offered: boolean, message: string | undefined, more?: Partial<MethodContext>][] = [
    ['Y', finished, true, undefined],
    ['Y', finished, false, undefined],
    ['Y', behaving({ type: 'twice' }), true, undefined],
    ['Y', silent, true, undefined],
    ['Y', undefined, true, 'is Y, but the 3DS Method was not run'],
    ['Y', undefined, false, 'is Y, but no threeDSMethodURL is offered'],
    ['Y', unfinished, true, 'is Y, but its page has sent no data'],
    ['Y', { ...unfinished, notifiedURLGiven: false }, true, 'is Y, but its page has sent no data'],
    ['Y', faulty, true, 'is Y, but its threeDSMethodNotificationURL could not be used'],
    ['Y', behaving({ type: 'never' }), true, 'is Y, but its page never notifies'],
    ['Y', behaving({ type: 'wrong-id' }), true, 'is Y, but its page notified of another threeDSServerTransID'],
    ['Y', delayed(59_000), true, undefined],
    ['Y', delayed(59_001), true, 'is Y, but its notification is not due yet'],
    ['Y', { ...delayed(3000), servedAt: START + 57_001 }, true, 'is Y, but its notification is not due yet'],
    ['N', undefined, true, undefined],
    ['N', undefined, false, 'is N, but no threeDSMethodURL is offered: U'],
    ['N', unfinished, true, undefined],
    ['N', silent, true, undefined],
    ['N', faulty, true, undefined],
    ['N', behaving({ type: 'never' }), true, undefined],
    ['N', behaving({ type: 'wrong-id' }), true, undefined],
    ['N', finished, true, 'is N, although the 3DS Method finished in time'],
    ['N', finished, false, 'is N, although the 3DS Method finished in time'],
    ['N', behaving({ type: 'twice' }), true, 'is N, although the 3DS Method finished in time'],
    ['N', delayed(8999), true, 'is N, although the 3DS Method finished in time'],
    ['N', delayed(9000), true, undefined],
    ['N', delayed(8999), true, undefined, { now: START + 9000 }],
    ['N', delayed(8999), true, 'is N, although the 3DS Method finished in time', { messageVersion: '2.1.0' }],
    ['N', delayed(3999), true, 'is N, although the 3DS Method finished in time', { messageVersion: '2.3.1' }],
    ['N', delayed(4000), true, undefined, { messageVersion: '2.3.1' }],
    ['N', { ...finished, servedAt: START + 2000 }, true, 'is N, although the 3DS Method finished in time'],
    ['U', undefined, false, undefined],
    ['U', undefined, true, 'is U, although a threeDSMethodURL is offered'],
    ['U', finished, true, 'is U, although the 3DS Method was run'],
    ['U', unfinished, false, 'is U, although the 3DS Method was run'],
    [undefined, finished, true, undefined],
    ['X', undefined, true, undefined],
    [['Y'], undefined, true, undefined]
  ]
  for (const [says, run, methodURLOffered, message, more] of cases) {
    const found = methodFindings(says, run, { methodURLOffered, messageVersion: '2.2.0', now: minute, ...more })
    t.strictSame(found, message === undefined ? [] : [{ element: 'threeDSCompInd', message }], `${says} ${JSON.stringify(run)} ${methodURLOffered} ${JSON.stringify(more)}`)
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
    const context = { methodURLOffered: true, now: START + seconds * 1000, reused: { run } }
    t.strictSame(methodFindings(says, undefined, { ...context, messageVersion: '2.3.1' }), findings, `${says} ${seconds} ${JSON.stringify(run)}`)
  }
  const context = { methodURLOffered: true, messageVersion: '2.2.0', now: START, reused: { run: finished } }
  t.strictSame(methodFindings('Y', undefined, context), [{ element: 'threeDSCompInd', message: 'is Y, but the 3DS Method was not run' }], 'no element of earlier versions')
})

t.test('what an AReq says is judged by what was kept under its ids', async (t) => {
  const parts = methodParts()
  const judge = (aReq: object) => judgeMethod({
    deviceChannel: '02', messageVersion: '2.3.1', threeDSServerTransID: OTHER_ID, threeDSCompInd: 'Y', ...aReq
  }, { ...parts, methodURLOffered: true })
  const notRun = [{ element: 'threeDSCompInd', message: 'is Y, but the 3DS Method was not run' }]
  await serveMethod(threeDSMethodData(ID, URL), parts)
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
  const chosen: string[] = []
  const parts = methodParts({ chooseBehaviour: (id) => ({ type: 'delay', ms: chosen.push(id) }) })
  const { notes, clock } = parts
  const key = `method:${ID}`
  t.equal(methodRunKey(ID), key)
  const { id, page } = await serveMethod(threeDSMethodData(ID.toUpperCase(), URL), parts)
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
  await serveMethod(threeDSMethodData(ID), parts)
  const second = { servedAt: START + 200, notifiedURLGiven: false, behaviour: { type: 'delay', ms: 2 }, ...gathered }
  t.strictSame(await findMethodRun(ID, notes), second, 'served again, with the data that came first')
  await serveMethod(Buffer.from(JSON.stringify({ threeDSServerTransID: ID, threeDSMethodNotificationURL: 5 })).toString('base64'), parts)
  t.strictSame(await findMethodRun(ID, notes), { servedAt: START + 200, notifiedURLGiven: true, faulty: true, behaviour: { type: 'delay', ms: 3 }, ...gathered })
  t.strictSame(chosen, [ID, ID, ID], 'chosen for the canonical id')
  clock.advance(1_800_001)
  t.equal(await findMethodRun(ID, notes), undefined)
  await t.rejects(keepMethodData(ID, {}, parts), { name: 'MockError', code: 'invalid_request', message: 'The 3DS Method was not run under this threeDSServerTransID' })
})
