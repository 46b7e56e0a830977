import fc from 'fast-check'
import t from 'tap'
import { htmlEntry } from '../../../../src/acs/ui/html-entry.ts'

const table: [query: string, event: ReturnType<typeof htmlEntry>][] = [
  ['otp=1234&action=submit', { type: 'entry', value: '1234' }],
  ['?otp=1234&action=submit', { type: 'entry', value: '1234' }],
  ['otp=1234&submit=verify', { type: 'entry', value: '1234' }],
  ['otp=1234', { type: 'entry', value: '1234' }],
  ['otp=&action=submit', { type: 'entry', value: '' }],
  ['otp&action=submit', { type: 'entry', value: '' }],
  ['otp=12+34%20%C3%A4%3D=&&action=submit', { type: 'entry', value: '12 34 ä==' }],
  ['otp=1234&second=1235&action=submit', { type: 'entry', value: '1234', second: '1235' }],
  ['consents=trustList%2CdeviceBinding&otp=1&trustList=Y&action=submit', { type: 'entry', value: '1', consents: { trustList: 'Y', deviceBinding: 'N' } }],
  ['consents=deviceBinding&otp=1&deviceBinding=y&trustList=Y', { type: 'entry', value: '1', consents: { deviceBinding: 'N' } }],
  ['consents=other&otp=1', { type: 'entry', value: '1' }],
  ['choice=sms&action=submit', { type: 'entry', value: 'sms' }],
  ['choice=sms&choice=mail&action=submit', { type: 'entry', value: 'sms,mail' }],
  ['action=submit', { type: 'entry', value: '' }],
  ['otp=&action=resend', { type: 'resend' }],
  ['action=other-method&otp=', { type: 'other-method' }],
  ['action=continue', { type: 'continue' }],
  ['consents=trustList&trustList=Y&action=continue', { type: 'continue', consents: { trustList: 'Y' } }],
  ['', { type: 'look' }],
  ['submit=verify', { type: 'look' }],
  ['otp=1234&action=resend', { type: 'resend' }],
  // An SDK's own button cancels, not the page.
  ['action=cancel', undefined],
  ['otp=1234&action=nope', undefined],
  ['otp=1234&action=', undefined],
  [`otp=${'1'.repeat(252)}`, { type: 'entry', value: '1'.repeat(252) }],
  [`otp=${'1'.repeat(253)}`, undefined],
  ['otp=%', undefined],
  ['otp=%zz', undefined],
  ['%E4=1', undefined],
  ['otp=%C3', undefined],
  ['otp=1234&otp=9999', undefined],
  ['action=submit&action=resend', undefined],
  ['otp=1234&%6ftp=9999', undefined],
  ['__proto__=1&otp=1234', undefined],
  ['constructor=1', undefined],
  ['toString=1', undefined]
]

t.test('what a page\'s form says is read back as an event; what no form of ours can say is nothing (emv3ds-protocol §9.1)', async (t) => {
  for (const [query, event] of table) t.strictSame(htmlEntry(query), event, query)
})

t.test('anything goes in, an event or nothing comes out', async (t) => {
  const pieces = fc.array(fc.constantFrom('otp', 'choice', 'second', 'consents', 'trustList', 'action', 'submit', 'continue', '=', '&', '+', '%', '%41', '%ff', '__proto__', '?', '\ud800'))
  t.doesNotThrow(() => fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary' }), pieces.map((parts) => parts.join(''))), (query) => {
    const type = htmlEntry(query)?.type
    return type === undefined || ['entry', 'resend', 'other-method', 'continue', 'look'].includes(type)
  })))
})

t.test('an entry reads back as what was typed', async (t) => {
  t.doesNotThrow(() => fc.assert(fc.property(fc.string({ unit: 'grapheme-composite', maxLength: 20 }), (text) => {
    const query = new URLSearchParams({ otp: text, action: 'submit' }).toString()
    const event = htmlEntry(query)
    return query.length > 256 ? event === undefined : event?.type === 'entry' && event.value === text
  })))
})
