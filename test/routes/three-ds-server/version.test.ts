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

t.test('a card that is not enrolled is in no range', async (t) => {
  for (const app of [emv, legacy]) t.strictSame(await rangesOf(app, '4000000000001059'), [])
})
