import fc from 'fast-check'
import t from 'tap'
import type { CardRange } from '../../../../src/directory-server/card-ranges/card-range.ts'
import { createCardRangeHistory, serialNumOf } from '../../../../src/directory-server/card-ranges/card-range-history.ts'
import { createCardRangeTable } from '../../../../src/directory-server/card-ranges/card-range-table.ts'
import { selectVersion } from '../../../../src/directory-server/card-ranges/select-version.ts'
import type { MessageVersion } from '../../../../src/protocol/versions.ts'

const speaking = (...versions: MessageVersion[]): CardRange['acsProtocolVersions'] => versions.map((version) => ({ version, acsInfoInd: ['01'] }))
const visa: CardRange = { start: '4000000000000000', end: '4999999999999999', acsProtocolVersions: speaking('2.3.1', '2.1.0'), scheme: 'visa' }
const oneCard: CardRange = { start: '5200000000001005', end: '5200000000001005', acsProtocolVersions: speaking('2.2.0') }
const short: CardRange = { start: '4000000000000', end: '4000000000999', acsProtocolVersions: speaking('2.2.0') }
const longest: CardRange = { start: '0000000000000000000', end: '9999999999999999999', acsProtocolVersions: speaking('2.2.0') }

t.test('a card is in the range of its length between whose limits it is', async (t) => {
  const table = createCardRangeTable([longest, visa, short, oneCard])
  const rows: ReadonlyArray<readonly [acctNumber: string, start: string | undefined]> = [
    ['4111111111111111', visa.start], [visa.start, visa.start], [visa.end, visa.start],
    ['3999999999999999', undefined], ['5000000000000000', undefined],
    [oneCard.start, oneCard.start], ['5200000000001004', undefined], ['5200000000001006', undefined],
    ['4000000000500', short.start], ['4000000001000', undefined], ['0000000000000', undefined],
    ['40000000000000', undefined], ['400000000000000', undefined], ['49999999999999999', undefined],
    [longest.start, longest.start], ['4000000000000000006', longest.start], [longest.end, longest.start]
  ]
  for (const [acctNumber, start] of rows) t.equal(table.find(acctNumber)?.start, start, `${acctNumber.slice(0, 6)}, ${acctNumber.length} digits`)
})

t.test('what is no card number is in no range', async (t) => {
  const table = createCardRangeTable([longest, visa])
  for (const text of ['', 'x', '4', '-400000000000000', '4000 0000 0000 0000', '0x40000000000000', '4000000000000000\n', '40000000000000000000']) {
    t.equal(table.find(text), undefined)
  }
  t.equal(createCardRangeTable([]).find('4111111111111111'), undefined, 'nor is any card without ranges')
})

t.test('a range that was found is whole, its versions earliest first', async (t) => {
  const table = createCardRangeTable([visa])
  t.strictSame(table.find('4111111111111111'), { ...visa, acsProtocolVersions: speaking('2.1.0', '2.3.1') })
})

t.test('a search finds what looking at every range finds', async () => {
  const limits = fc.uniqueArray(fc.integer({ min: 0, max: 300 }), { maxLength: 40 })
  fc.assert(fc.property(limits, fc.integer({ min: 0, max: 300 }), fc.constantFrom(13, 16, 19), (numbers, card, length) => {
    const text = (number: number, digits: number) => String(number).padStart(digits, '0')
    const sorted = numbers.toSorted((one, other) => one - other)
    const pairs = sorted.flatMap((start, index) => index % 2 === 0 ? [[start, sorted[index + 1] ?? start] as const] : [])
    const ranges = pairs.flatMap(([start, end]) => [13, 16, 19].map((digits) => ({
      start: text(start, digits), end: text(end, digits), acsProtocolVersions: speaking('2.2.0')
    })))
    const acctNumber = text(card, length)
    const expected = ranges.find(({ start, end }) => start.length === length && start <= acctNumber && acctNumber <= end)
    const found = createCardRangeTable(ranges.toReversed()).find(acctNumber)
    return found?.start === expected?.start && found?.end === expected?.end
  }))
})

t.test('what many ranges share is kept once', async (t) => {
  const ranges = Array.from({ length: 1000 }, (_, index) => ({ ...oneCard, start: String(5e15 + index), end: String(5e15 + index) }))
  t.equal(createCardRangeTable(ranges).profiles.length, 1)
})

t.test('a version is chosen that all have: emv3ds-protocol §4', async (t) => {
  const all: MessageVersion[] = ['2.1.0', '2.2.0', '2.3.1']
  const on = (acs: MessageVersion[], ds?: MessageVersion[]): CardRange => ({ ...visa, acsProtocolVersions: speaking(...acs), ...ds && { dsProtocolVersions: ds } })
  const rows: ReadonlyArray<readonly [title: string, choice: Parameters<typeof selectVersion>[0], version: string | undefined]> = [
    ['2.2.0 where nobody asks for another', { range: on(all) }, '2.2.0'],
    ['2.2.0 without card ranges', {}, '2.2.0'],
    ['the highest where 2.2.0 is not spoken', { range: on(['2.1.0', '2.3.1']) }, '2.3.1'],
    ['the highest below 2.2.0', { range: on(['2.1.0']) }, '2.1.0'],
    ['nothing in common with the DS of the range', { range: on(['2.1.0'], ['2.2.0']) }, undefined],
    ['the preferred one', { range: on(all), preferredProtocolVersion: '2.3.1' }, '2.3.1'],
    ['the preferred one, enforced', { range: on(all), preferredProtocolVersion: '2.1.0', enforcePreferredProtocolVersion: true }, '2.1.0'],
    ['the preferred one without a range', { preferredProtocolVersion: '2.3.1' }, '2.3.1'],
    ['another where the range lacks the preferred one', { range: on(['2.1.0', '2.2.0']), preferredProtocolVersion: '2.3.1' }, '2.2.0'],
    ['none where the range lacks the enforced one', { range: on(['2.1.0', '2.2.0']), preferredProtocolVersion: '2.3.1', enforcePreferredProtocolVersion: true }, undefined],
    ['another where there is no such version', { range: on(all), preferredProtocolVersion: '2.4.0' }, '2.2.0'],
    ['none where there is no such version and it is enforced', { range: on(all), preferredProtocolVersion: '2.4.0', enforcePreferredProtocolVersion: true }, undefined],
    ['to enforce nothing changes nothing', { range: on(all), enforcePreferredProtocolVersion: true }, '2.2.0']
  ]
  for (const [title, choice, version] of rows) t.equal(selectVersion(choice), version, title)
})

t.test('the same ranges have the same serial, in every instance and order', async (t) => {
  const serialOf = (ranges: CardRange[]) => createCardRangeHistory(ranges).current().serial
  const serial = serialOf([visa, oneCard])
  t.match(serial, /^[0-9a-f]{17}$/)
  t.equal(serialOf([oneCard, { ...visa, acsProtocolVersions: visa.acsProtocolVersions.toReversed() }]), serial, 'another order is the same')
  const others: CardRange[][] = [
    [], [visa], [visa, { ...oneCard, end: '5200000000001006' }], [visa, { ...oneCard, start: '5200000000001004' }],
    [visa, { ...oneCard, issuerCountryCode: '246' }], [visa, { ...oneCard, dsProtocolVersions: ['2.2.0'] }],
    [{ ...visa, acsProtocolVersions: oneCard.acsProtocolVersions, scheme: 'other' }, { ...oneCard, acsProtocolVersions: visa.acsProtocolVersions }]
  ]
  t.equal(new Set([serial, ...others.map(serialOf)]).size, others.length + 1, 'other content has another')
})

t.test('a bounded number of revisions is known', async (t) => {
  const history = createCardRangeHistory([visa])
  const first = history.current()
  t.equal(serialNumOf(first, '2.3.1'), `231${first.serial}`)
  t.equal(history.find(serialNumOf(first, '2.2.0'), '2.2.0'), first)
  t.equal(history.find(serialNumOf(first, '2.2.0'), '2.3.1'), undefined, 'a serial is that of one view')
  t.equal(history.find(first.serial, '2.2.0'), undefined)
  t.equal(history.revise([visa]), first.serial, 'the same ranges are no new revision')

  const second = history.revise([oneCard])
  t.equal(history.current().serial, second)
  const third = history.revise([short])
  const isKnown = () => [first.serial, second, third].map((serial) => history.find(`220${serial}`, '2.2.0') !== undefined)
  t.strictSame(isKnown(), [true, true, true])
  t.equal(history.revise([visa]), first.serial)
  t.equal(history.current().serial, first.serial, 'what came back is what it was')
  t.strictSame(isKnown(), [true, true, true])
})
