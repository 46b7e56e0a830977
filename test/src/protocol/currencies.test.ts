import fc from 'fast-check'
import t from 'tap'
import { currencies, formatAmount } from '../../../src/protocol/currencies.ts'

t.test('the table is ISO 4217 as of 2026: 178 codes, each once, with their minor units', async (t) => {
  t.equal(currencies.size, 178)
  const alphabetic = [...currencies.values()].map(({ alphabeticCode }) => alphabeticCode)
  t.equal(new Set(alphabetic).size, 178)
  t.ok([...currencies].every(([numeric, { alphabeticCode }]) => /^\d{3}$/.test(numeric) && /^[A-Z]{3}$/.test(alphabeticCode)))

  t.strictSame(currencies.get('978'), { alphabeticCode: 'EUR', minorUnits: 2 })
  t.strictSame(currencies.get('008'), { alphabeticCode: 'ALL', minorUnits: 2 })
  t.strictSame(currencies.get('392'), { alphabeticCode: 'JPY', minorUnits: 0 })
  t.strictSame(currencies.get('414'), { alphabeticCode: 'KWD', minorUnits: 3 })
  t.strictSame(currencies.get('990'), { alphabeticCode: 'CLF', minorUnits: 4 })
  t.strictSame(currencies.get('999'), { alphabeticCode: 'XXX', minorUnits: 0 })
})

t.test('the names are currencies that Node knows, apart from codes newer than its data and units that nobody pays with', async (t) => {
  const known = new Set(Intl.supportedValuesOf('currency'))
  const unknown = [...currencies.values()].map(({ alphabeticCode }) => alphabeticCode).filter((code) => !known.has(code))
  const allowed = new Set(['BOV', 'CHE', 'CHW', 'CLF', 'COU', 'MXV', 'SLE', 'USN', 'UYI', 'UYW', 'VED', 'XAD', 'XAG', 'XAU', 'XBA',
    'XBB', 'XBC', 'XBD', 'XCG', 'XDR', 'XPD', 'XPT', 'XSU', 'XTS', 'XUA', 'XXX', 'ZWG'])
  t.strictSame(unknown.filter((code) => !allowed.has(code)), [])
})

t.test('an amount is written with the currency and its decimals', async (t) => {
  const cases: Array<[purchaseAmount: string, purchaseCurrency: string, purchaseExponent: string | undefined, words: string]> = [
    ['4599', '978', '2', '€45.99'],
    ['4599', '978', undefined, '€45.99'],
    ['5', '840', undefined, '$0.05'],
    ['0', '826', '2', '£0.00'],
    ['4599', '392', undefined, '¥4,599'],
    ['1234', '414', undefined, 'KWD\u00a01.234'],
    ['4599', '392', '2', '¥45.99'],
    ['4599', '978', '9', '€0.000004599'],
    ['4599', '978', 'x', '€45.99'],
    ['000004599', '978', '2', '€45.99'],
    ['4599', '000', undefined, '45.99 (currency 000)'],
    ['4599', '000', '3', '4.599 (currency 000)']
  ]
  for (const [purchaseAmount, purchaseCurrency, purchaseExponent, words] of cases) {
    t.equal(formatAmount({ purchaseAmount, purchaseCurrency, ...(purchaseExponent === undefined ? {} : { purchaseExponent }) }), words)
  }
  t.equal(formatAmount({ purchaseAmount: '123456', purchaseCurrency: '978' }, 'de'), '1.234,56\u00a0€')
})

t.test('each currency is written in its own way, however many came before it', async (t) => {
  const write = () => [...currencies.keys()].map((purchaseCurrency) => formatAmount({ purchaseAmount: '4599', purchaseCurrency }))
  const first = write()
  t.strictSame(write(), first)
  t.strictSame(first, [...currencies.values()].map(({ alphabeticCode: currency, minorUnits }) => new Intl.NumberFormat('en', {
    style: 'currency', currency, minimumFractionDigits: minorUnits, maximumFractionDigits: minorUnits
  }).format(4599 / 10 ** minorUnits)))
})

t.test('an amount of 48 digits loses none of them', async (t) => {
  t.doesNotThrow(() => fc.assert(fc.property(fc.stringMatching(/^[1-9]\d{0,47}$/), fc.integer({ min: 0, max: 9 }), fc.constantFrom('978', '000'), (purchaseAmount, exponent, purchaseCurrency) => {
    const words = formatAmount({ purchaseAmount, purchaseCurrency, purchaseExponent: String(exponent) }) ?? ''
    const amount = words.replace(' (currency 000)', '').replace(/[€,]/g, '')
    const [whole = '', decimals = ''] = amount.split('.')
    return decimals.length === exponent && (whole + decimals).replace(/^0+/, '') === purchaseAmount
  })))
})

t.test('without a well-formed amount and currency there are no words', async (t) => {
  for (const purchase of [
    {},
    { purchaseAmount: '4599' },
    { purchaseCurrency: '978' },
    { purchaseAmount: '', purchaseCurrency: '978' },
    { purchaseAmount: '45.99', purchaseCurrency: '978' },
    { purchaseAmount: '-1', purchaseCurrency: '978' },
    { purchaseAmount: '1'.repeat(49), purchaseCurrency: '978' },
    { purchaseAmount: '4599', purchaseCurrency: 'EUR' },
    { purchaseAmount: '4599', purchaseCurrency: '<b>' }
  ]) t.equal(formatAmount(purchase), undefined)
})
