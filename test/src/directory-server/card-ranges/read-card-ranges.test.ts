import t from 'tap'
import { schemeOf } from '../../../../src/protocol/schemes.ts'
import { BUILT_IN_SCENARIOS } from '../../../../src/scenario/catalogue.ts'
import { createCardRangeTable } from '../../../../src/directory-server/card-ranges/card-range-table.ts'
import { checkCardRanges } from '../../../../src/directory-server/card-ranges/check-card-ranges.ts'
import { DEFAULT_CARD_RANGES } from '../../../../src/directory-server/card-ranges/default-card-ranges.ts'
import { readCardRanges } from '../../../../src/directory-server/card-ranges/read-card-ranges.ts'

const range = {
  start: '5000100000000000',
  end: '5000109999999999',
  acsProtocolVersions: [
    { version: '2.2.0', acsInfoInd: ['01', '02'], threeDSMethodURL: 'https://acs.example.test/method' },
    { version: '2.3.1', acsInfoInd: ['01', '11', '80'], threeDSMethodURL: 'here', supportedMsgExt: [{ id: 'A000000004-001', version: '1.0' }] }
  ],
  dsProtocolVersions: ['2.2.0', '2.3.1'],
  issuerCountryCode: '246',
  scheme: 'mastercard'
}
const next = { start: '5000110000000000', end: '5000110000000000', acsProtocolVersions: [{ version: '2.1.0', acsInfoInd: ['01'] }] }

t.test('a JSON file says what it says', async (t) => {
  const ranges = [range, next]
  t.strictSame(await readCardRanges(JSON.stringify(ranges), 'ranges.json'), { ranges })
  t.strictSame(await readCardRanges(`\uFEFF${JSON.stringify(ranges)}`, 'ranges'), { ranges }, 'a byte-order mark is skipped')
  t.strictSame(await readCardRanges('[]', 'ranges.json'), { ranges: [] }, 'no card is enrolled')
})

t.test('in YAML digits need no quotes, and ranges may share what an anchor names', async (t) => {
  const text = `
- start: 5000100000000000
  end: 5000109999999999
  acsProtocolVersions: &usual
    - version: 2.2.0
      acsInfoInd: [01, 02]
- start: 0000000000000000000
  end: 9007199254740993000
  acsProtocolVersions: *usual
`
  const acsProtocolVersions = [{ version: '2.2.0', acsInfoInd: ['01', '02'] }]
  const ranges = [
    { start: '5000100000000000', end: '5000109999999999', acsProtocolVersions },
    { start: '0000000000000000000', end: '9007199254740993000', acsProtocolVersions }
  ]
  t.strictSame(await readCardRanges(text, 'ranges.yaml'), { ranges })
  t.strictSame(await readCardRanges(text, 'RANGES.YML'), { ranges })
  const many = Array.from({ length: 1000 }, (_, index) => `- {start: ${5e15 + index}, end: ${5e15 + index}, acsProtocolVersions: *usual}\n`).join('')
  const read = await readCardRanges(`- {start: 4000000000000, end: 4000000000000, acsProtocolVersions: &usual [{version: 2.1.0, acsInfoInd: [01]}]}\n${many}`, 'ranges.yaml')
  t.equal(read.ranges?.length, 1001, 'as many aliases as there are ranges')
})

t.test('a file that cannot be read is one fault, or one for each line', async (t) => {
  const rows: ReadonlyArray<readonly [title: string, text: string, fileName: string, faults: Array<{ element: string, message: string }>]> = [
    ['no JSON', '[{', 'ranges.json', [{ element: '', message: 'must be JSON' }]],
    ['YAML is no JSON', '- start: 1', 'ranges.json', [{ element: '', message: 'must be JSON' }]],
    ['no YAML', '- start: 1: 2\n- end: 3: 4', 'ranges.yaml', [{ element: '', message: 'must be YAML: line 1' }, { element: '', message: 'must be YAML: line 2' }]],
    ['a member twice', '- start: 1\n  end: 2\n  start: 3', 'ranges.yaml', [{ element: '', message: 'must be YAML: line 3' }]],
    ['an alias of nothing', '- *usual', 'ranges.yaml', [{ element: '', message: 'must be YAML without aliases that have no anchor before them' }]],
    ['an empty file', '', 'ranges.yaml', [{ element: '', message: 'must be a list of card ranges' }]],
    ['an object', '{"cardRangeData":[]}', 'ranges.json', [{ element: '', message: 'must be a list of card ranges' }]]
  ]
  for (const [title, text, fileName, faults] of rows) t.strictSame(await readCardRanges(text, fileName), { faults }, title)
})

t.test('aliases that repeat each other, or themselves, end', async (t) => {
  const doubled = Array.from({ length: 60 }, (_, index) => `- &n${index + 1} [*n${index}, *n${index}]`).join('\n')
  const rows = [`- &n0 [1]\n${doubled}`, '- &a {acsProtocolVersions: *a}', '- {acsProtocolVersions: [{acsInfoInd: &x [*x, *x]}]}']
  for (const text of rows) t.ok((await readCardRanges(text, 'ranges.yaml')).faults)
})

const unknown = 'is no member of a card range'
const twice = 'must not be listed twice'
const digits = 'must match pattern "^[0-9]{13,19}$"'
const versions = 'must match pattern "^(?:2\\.1\\.0|2\\.2\\.0|2\\.3\\.1)$"'
const codes = 'must match pattern "^(?:0[1-9]|1[01]|[89][0-9])$"'
const url = 'must be an absolute http or https URL of at most 2048 characters, without credentials, spaces and backslashes, or here'
const long = `https://acs.example.test/${'m'.repeat(232)}`

/** The range with other values. */
const but = (members: object) => [{ ...range, ...members }]
const withVersion = (members: object) => but({ acsProtocolVersions: [{ version: '2.2.0', acsInfoInd: ['01'], ...members }] })
const newest = (members: object) => withVersion({ version: '2.3.1', ...members })

t.test('every fault of a card range is named with its path', async (t) => {
  const rows: ReadonlyArray<readonly [title: string, ranges: unknown[], faults: Record<string, string>]> = [
    ['no object', [range, 'x', null], { 1: 'must be object', 2: 'must be object' }],
    ['nothing there', [{}], { '0.start': 'is required', '0.end': 'is required', '0.acsProtocolVersions': 'is required' }],
    ['12 digits', but({ start: '500010000000', end: '500010999999' }), { '0.start': digits, '0.end': digits }],
    ['20 digits', but({ end: '50001000000000000000' }), { '0.end': digits }],
    ['letters', but({ start: '500010000000000X' }), { '0.start': digits }],
    ['a JSON number', but({ start: 5000100000000000 }), { '0.start': 'must be string' }],
    ['lengths differ', but({ end: '50001999999999999' }), { '0.end': 'must have as many digits as start' }],
    ['start after end', but({ end: '5000099999999999' }), { '0.end': 'must not be before start' }],
    ['unknown members, nested', but({ endd: '1', acsProtocolVersions: [{ version: '2.1.0', acsInfoInd: ['01'], versoin: '2' }] }),
      { '0.endd': unknown, '0.acsProtocolVersions.0.versoin': unknown }],
    ['a member that JavaScript has', JSON.parse(`[${JSON.stringify(range).replace('"start"', '"__proto__":{},"start"')}]`), { '0.__proto__': unknown }],
    ['no version', but({ acsProtocolVersions: [] }), { '0.acsProtocolVersions': 'must not have fewer than 1 items' }],
    ['inactive and wrong versions', but({ acsProtocolVersions: ['2.0.0', '2.3.0', '2.2', 'v2.2.0'].map((version) => ({ version, acsInfoInd: ['01'] })) }),
      Object.fromEntries([0, 1, 2, 3].map((index) => [`0.acsProtocolVersions.${index}.version`, versions]))],
    ['a version twice', but({ acsProtocolVersions: [next.acsProtocolVersions[0], next.acsProtocolVersions[0]] }), { '0.acsProtocolVersions.1.version': twice }],
    ['a DS version twice', but({ dsProtocolVersions: ['2.2.0', '2.2.0'] }), { '0.dsProtocolVersions': twice }],
    ['an inactive DS version', but({ dsProtocolVersions: ['2.0.0'] }), { '0.dsProtocolVersions.0': versions }],
    ['reserved abilities', newest({ acsInfoInd: ['00', '12', '79', '1', '99'] }),
      Object.fromEntries([0, 1, 2, 3].map((index) => [`0.acsProtocolVersions.0.acsInfoInd.${index}`, codes]))],
    ['an ability twice', newest({ acsInfoInd: ['01', '01'] }), { '0.acsProtocolVersions.0.acsInfoInd': twice }],
    ['abilities of 2.3.1 in 2.2.0', withVersion({ acsInfoInd: ['04', '05'] }), { '0.acsProtocolVersions.0.acsInfoInd': 'must be 01 to 04 or 80 to 99 before 2.3.1' }],
    ['no web address', newest({ threeDSMethodURL: 'javascript:alert(1)' }), { '0.acsProtocolVersions.0.threeDSMethodURL': url }],
    ['an empty web address', newest({ threeDSMethodURL: '' }), { '0.acsProtocolVersions.0.threeDSMethodURL': 'must not have fewer than 1 characters' }],
    ['257 characters in 2.2.0', withVersion({ threeDSMethodURL: long }), { '0.acsProtocolVersions.0.threeDSMethodURL': 'must have at most 256 characters before 2.3.1' }],
    ['257 characters in 2.3.1', newest({ threeDSMethodURL: long }), {}],
    ['256 characters in 2.2.0', withVersion({ threeDSMethodURL: long.slice(0, -1) }), {}],
    ['extension ids', newest({ supportedMsgExt: [{ id: 'A', version: '1.0' }] }), { '0.acsProtocolVersions.0.supportedMsgExt.0.id': 'must not have fewer than 14 characters' }],
    ['no country', but({ issuerCountryCode: '901' }), { '0.issuerCountryCode': 'must match pattern "^(?:[0-8][0-9]{2}|900)$"' }],
    ['no scheme', but({ scheme: 'vsia' }), { '0.scheme': 'must match pattern "^(?:visa|mastercard|amex|discover|jcb|unionpay|mir|elo|eftpos|cb|other)$"' }]
  ]
  for (const [title, ranges, faults] of rows) {
    t.strictSame(Object.fromEntries(checkCardRanges(ranges).map(({ element, message }) => [element, message])), faults, title)
    const read = await readCardRanges(JSON.stringify(ranges), 'ranges.json')
    t.equal(read.ranges === undefined, Object.keys(faults).length > 0, `${title}: all ranges or none`)
  }
})

t.test('ranges must not overlap: emv3ds-protocol §14, error 205', async (t) => {
  const make = (start: string, end: string) => ({ ...next, start: `40000000000${start}`, end: `40000000000${end}` })
  const overlap = (index: number, other: number) => ({ element: `${index}.start`, message: `must not be in range ${other}: ranges overlap` })
  const rows: ReadonlyArray<readonly [title: string, ranges: object[], faults: object[]]> = [
    ['side by side', [make('10', '19'), make('20', '29'), make('00', '09')], []],
    ['one card shared', [make('10', '20'), make('20', '29')], [overlap(1, 0)]],
    ['one inside another, listed first', [make('12', '13'), make('10', '19')], [overlap(0, 1)]],
    ['the same twice', [make('10', '19'), make('10', '19')], [overlap(1, 0)]],
    ['two inside one', [make('10', '90'), make('20', '29'), make('30', '39')], [overlap(1, 0), overlap(2, 0)]],
    ['the same digits with another number of them', [make('10', '19'), make('100', '199')], []],
    ['a range with a fault of its own is not compared', [make('10', '19'), make('20', '12')], [{ element: '1.end', message: 'must not be before start' }]]
  ]
  for (const [title, ranges, faults] of rows) t.strictSame(checkCardRanges(ranges), faults, title)
})

t.test('by default', async (t) => {
  const table = createCardRangeTable(DEFAULT_CARD_RANGES)
  t.strictSame(checkCardRanges(DEFAULT_CARD_RANGES), [], 'nothing is wrong with the ranges')
  t.strictSame(table.find('4111111111111111'), {
    start: '4000000000000000',
    end: '4999999999999999',
    acsProtocolVersions: [
      { version: '2.1.0', acsInfoInd: ['01', '02'], threeDSMethodURL: 'here' },
      { version: '2.2.0', acsInfoInd: ['01', '02', '03'], threeDSMethodURL: 'here' },
      { version: '2.3.1', acsInfoInd: ['01', '02', '03', '07'], threeDSMethodURL: 'here' }
    ],
    scheme: 'visa'
  })
  for (const { exampleCard } of BUILT_IN_SCENARIOS) t.ok(exampleCard === undefined || table.find(exampleCard), 'every test card is in a range')
  for (const card of ['340000000001007', '378282246310005', '36148900647913', '6759649826438453', '2201382000000013', '4000000000000000006']) t.ok(table.find(card), card.slice(0, 6))

  const listed = new Array<string | undefined>(1_000_000).fill(undefined)
  let different = 0
  for (const { start, end, scheme } of DEFAULT_CARD_RANGES) {
    for (let leading = Number(start.slice(0, 6)); leading <= Number(end.slice(0, 6)); leading++) {
      if (listed[leading] !== undefined && listed[leading] !== scheme) different++
      listed[leading] = scheme
    }
  }
  for (const [leading, scheme = 'other'] of listed.entries()) {
    if (scheme !== schemeOf(String(leading).padStart(6, '0'))) different++
  }
  t.equal(different, 0, 'for all six leading digits the scheme is that of schemeOf()')
})
