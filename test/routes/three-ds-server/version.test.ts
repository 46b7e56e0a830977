import t from 'tap'
import { build, post } from '../../setup/app.ts'

const [emv, legacy] = [await build(t), await build(t, { COMPATIBILITY: 'legacy' })]

/** The ranges that are answered: their first and their last number. */
async function rangesOf (app: typeof emv, cardNumber: string): Promise<string[][]> {
  const { status, body } = await post(app, '/3ds/version', { cardNumber })
  t.equal(status, 200)
  return body.cardRanges.map(({ startRange, endRange, ...rest }: Record<string, unknown>) => {
    t.strictSame(rest, { acsInfoInd: ['01', '02'], acsStartProtocolVersion: app === emv ? '2.1.0' : '2.2.0', acsEndProtocolVersion: app === emv ? '2.3.1' : '2.2.0', ...(app === emv ? { threeDSMethodURL: 'http://127.0.0.1:8080/acs/method' } : {}) }, 'every version that is supported; the original names one')
    return [startRange, endRange]
  })
}

t.test('the card range that is answered has the card in it, and numbers as long as its own', async (t) => {
  for (const [cardNumber, ...range] of [
    ['4000400040004001', '4000000000000000', '4999999999999999'],
    ['5155017700112233', '5155010000000000', '5155019999999999'],
    ['5155016800000000000', '5155010000000000000', '5155019999999999999'],
    ['5200000000001005', '5000000000000000', '5999999999999999'],
    ['340000000001007', '300000000000000', '399999999999999'],
    ['4222222222222', '4000000000000', '4999999999999'],
    ['6011000990139424000', '6000000000000000000', '6999999999999999999']
  ] as const) {
    t.strictSame(await rangesOf(emv, cardNumber), [range], cardNumber)
    const [start, card, end] = [range[0], cardNumber, range[1]].map((digits) => BigInt(digits ?? '')) as [bigint, bigint, bigint]
    t.ok(start <= card && card <= end)
  }
})

t.test('what is no card number is refused by name, without being repeated', async (t) => {
  for (const cardNumber of ['', 'x', '400000', '400040004000', '40004000400040004001', '4000 4000 4000 4001', '4000400040004001\n']) {
    const { status, body } = await post(emv, '/3ds/version', { cardNumber })
    const message = 'must match pattern "^[0-9]{13,19}$"'
    t.equal(status, 400)
    t.strictSame(body, { error: `cardNumber ${message}`, code: 'invalid_request', faults: [{ element: 'cardNumber', message }] })
  }
  for (const app of [emv, legacy]) {
    for (const body of [{}, { cardNumber: null }, { cardNumber: 4000400040004001 }, { cardNumber: [] }]) {
      t.match(await post(app, '/3ds/version', body), { status: 400, body: { error: /^cardNumber / } })
    }
  }
})

t.test('legacy takes any text and knows two ranges, as the original (compatibility §1.1)', async (t) => {
  for (const cardNumber of ['', 'x', '4', '4000400040004001', '5200000000001005', '340000000001007']) {
    t.strictSame(await rangesOf(legacy, cardNumber), [['4000000000000000', '4999999999999999']], cardNumber)
  }
  for (const cardNumber of ['515501', '5155017700112233', '5155016800000000000', '515501x']) {
    t.strictSame(await rangesOf(legacy, cardNumber), [['5155010000000000', '5155019999999999']], cardNumber)
  }
})

t.test('who names a threeDSMethodNotificationURL gets a ready-made threeDSMethodData for the answer\'s own id (emv3ds-protocol §2, §5.1)', async (t) => {
  const app = await build(t)
  for (const [name, url] of [
    ['threeDSMethodNotificationURL', 'https://shop.test/3ds/method-done?a=1&b=2'],
    ['threeDsMethodNotificationUrl', 'http://localhost:3000/dône'],
    ['three_ds_method_notification_url', `https://shop.test/${'x'.repeat(2030)}`]
  ] as const) {
    const { status, body: { threeDSServerTransID, threeDsServerTransId, cardRanges } } = await post(app, '/3ds/version', { cardNumber: '4000400040004001', [name]: url })
    t.equal(status, 200)
    t.equal(threeDsServerTransId, threeDSServerTransID)
    t.strictSame(cardRanges, [{
      acsInfoInd: ['01', '02'],
      startRange: '4000000000000000',
      endRange: '4999999999999999',
      acsStartProtocolVersion: '2.1.0',
      acsEndProtocolVersion: '2.3.1',
      threeDSMethodURL: 'http://127.0.0.1:8080/acs/method',
      threeDSMethodData: Buffer.from(`{"threeDSServerTransID":"${threeDSServerTransID}","threeDSMethodNotificationURL":"${url}"}`).toString('base64url')
    }])
  }
})

t.test('a card chooses what the page of its threeDSMethodURL does, or has none', async (t) => {
  const url = 'http://127.0.0.1:8080/acs/method'
  for (const [cardNumber, threeDSMethodURL] of [
    ['4000400040004000', url],
    ['4000400040004014', `${url}?notify=3000`],
    ['4000400040004015', `${url}?notify=12000`],
    ['4000400040004016', `${url}?notify=never`],
    ['4000400040004017', `${url}?notify=twice`],
    ['4000400040004018', `${url}?notify=wrong-id`],
    ['4000400040004019', `${url}?notify=garbage`],
    ['4000400040004020', undefined],
    ['5000100411110203', `${url}?notify=never`],
    ['6000100611111103', undefined]
  ] as const) {
    const { cardRanges: [range] } = (await post(emv, '/3ds/version', { cardNumber, threeDSMethodNotificationURL: 'https://shop.test/done' })).body
    t.equal(range.threeDSMethodURL, threeDSMethodURL, cardNumber)
    t.equal('threeDSMethodData' in range, threeDSMethodURL !== undefined)
  }
})

t.test('a threeDSMethodNotificationURL that no browser may be sent to is refused by name, with all else, and not repeated', async (t) => {
  const message = 'must be an absolute http or https URL of at most 2048 characters, without credentials, spaces and backslashes'
  for (const url of ['', '/done', 'shop.test', 'javascript:alert(1)', 'https://user:secret@shop.test/', 'https://shop.test/ x', `https://shop.test/${'x'.repeat(2048)}`]) {
    const { status, body } = await post(emv, '/3ds/version', { cardNumber: '4000400040004001', threeDSMethodNotificationURL: url })
    t.equal(status, 400)
    t.strictSame(body, { error: `threeDSMethodNotificationURL ${message}`, code: 'invalid_request', faults: [{ element: 'threeDSMethodNotificationURL', message }] })
  }
  t.strictSame((await post(emv, '/3ds/version', { cardNumber: 'x', threeDSMethodNotificationURL: 5 })).body.faults.map(({ element }: { element: string }) => element), ['cardNumber', 'threeDSMethodNotificationURL'])
  t.strictSame((await post(emv, '/3ds/version', { cardNumber: '4000400040004001', threeDSMethodNotificationURL: 'https://a.test/', threeDsMethodNotificationUrl: 'https://b.test/' })).body.faults, [
    { element: 'threeDSMethodNotificationURL', message: 'is given twice, in two spellings and with different values' }
  ])
})

t.test('legacy knows no 3DS Method and minds no threeDSMethodNotificationURL, whatever it is, as the original', async (t) => {
  for (const threeDSMethodNotificationURL of ['https://shop.test/done', 'nowhere', 5, {}]) {
    const { status, body } = await post(legacy, '/3ds/version', { cardNumber: '4000400040004001', threeDSMethodNotificationURL })
    t.equal(status, 200)
    t.strictSame(Object.keys(body.cardRanges[0]), ['acsInfoInd', 'startRange', 'endRange', 'acsStartProtocolVersion', 'acsEndProtocolVersion'])
  }
})

t.test('a card that is not enrolled is in no range', async (t) => {
  for (const app of [emv, legacy]) t.strictSame(await rangesOf(app, '4000000000001059'), [])
})
