import { randomUUID } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { everyCard, findIn, openCardRanges } from '../../plugins/card-ranges.ts'
import { ConfigError, loadConfig, type Config } from '../../src/config.ts'
import type { CardRange } from '../../src/directory-server/card-ranges/card-range.ts'
import { serialNumOf } from '../../src/directory-server/card-ranges/card-range-history.ts'
import { build, post } from '../setup/app.ts'
import { browserRequest } from '../setup/requests.ts'

const RANGE: CardRange = {
  start: '4000000000000000',
  end: '4000999999999999',
  acsProtocolVersions: [{ version: '2.2.0', acsInfoInd: ['01', '02'] }]
}
const YAML = `
- start: 4000000000000000
  end: 4000999999999999
  acsProtocolVersions:
    - version: 2.2.0
      acsInfoInd: [01, 02]
`
const IN_RANGE = '4000400040004000'
const IN_NO_RANGE = '4111111111111111'

let files = 0

/** The configuration with a file of card ranges. */
function configWith (t: Test, name: string, text: string): Config {
  const folder = join(t.testdirName, String(++files))
  mkdirSync(folder, { recursive: true })
  const path = join(folder, name)
  writeFileSync(path, text)
  return loadConfig({ CARD_RANGES: path }).config
}

/** @returns what is wrong with the file, as it is told. */
async function faultsOf (config: Config): Promise<string> {
  return openCardRanges(config).then(() => 'none', (error: unknown) => error instanceof ConfigError ? error.message : String(error))
}

t.test('CARD_RANGES names a file, in JSON or YAML: a card in one of its ranges takes part as the range says, any other does not', async (t) => {
  for (const config of [configWith(t, 'ranges.json', JSON.stringify([RANGE])), configWith(t, 'ranges.yaml', YAML), configWith(t, 'RANGES.YML', YAML)]) {
    const find = findIn(config, await openCardRanges(config))
    t.strictSame(find?.(IN_RANGE), RANGE)
    t.equal(find?.(IN_NO_RANGE), undefined)
  }
})

t.test('the same ranges in JSON and in YAML have the same serial, so that a 3DS Server hears of no change', async (t) => {
  const [json, yaml] = await Promise.all([configWith(t, 'ranges.json', JSON.stringify([RANGE])), configWith(t, 'ranges.yaml', YAML)].map(openCardRanges))
  t.equal(json?.current().serial, yaml?.current().serial)
})

t.test('of several files the last one counts, and a 3DS Server that knows an earlier one is told what has changed (emv3ds-protocol §14)', async (t) => {
  const folder = t.testdir({ 'old.json': '[]', 'new.json': JSON.stringify([RANGE]) })
  const [old, both] = [join(folder, 'old.json'), `${join(folder, 'old.json')}, ${join(folder, 'new.json')}`]
  const before = (await openCardRanges(loadConfig({ CARD_RANGES: old }).config)).current()
  const { config } = loadConfig({ CARD_RANGES: both })
  const history = await openCardRanges(config)
  t.strictSame(findIn(config, history)?.(IN_RANGE), RANGE)
  t.equal(history.find(serialNumOf(before, '2.2.0'), '2.2.0')?.serial, before.serial)

  const app = await build(t, { CARD_RANGES: both })
  const preq = { messageType: 'PReq', messageVersion: '2.2.0', threeDSServerTransID: randomUUID(), threeDSServerRefNumber: '3DS_LOA_SER_PRTY_020200_00001', serialNum: serialNumOf(before, '2.2.0') }
  t.match((await post(app, '/ds', preq)).body, { messageType: 'PRes', serialNum: serialNumOf(history.current(), '2.2.0'), cardRangeData: [{ actionInd: 'A', startRange: RANGE.start }] })
  t.equal(await faultsOf(loadConfig({ CARD_RANGES: `${old},none.json` }).config), 'CARD_RANGES=the file is not allowed: cannot be read: ENOENT')
})

t.test('ranges that are revised while the server runs are those that count', async (t) => {
  const config = configWith(t, 'ranges.json', '[]')
  const history = await openCardRanges(config)
  const find = findIn(config, history)
  t.equal(find?.(IN_RANGE), undefined)
  history.revise([RANGE])
  t.strictSame(find?.(IN_RANGE), RANGE)
})

t.test('without a file nothing is looked up: every card takes part, in every version', async (t) => {
  const { config } = loadConfig({})
  const history = await openCardRanges(config)
  t.equal(findIn(config, history), undefined)
  const acsProtocolVersions = [
    { version: '2.1.0', acsInfoInd: ['01', '02'], threeDSMethodURL: 'here' },
    { version: '2.2.0', acsInfoInd: ['01', '02', '03'], threeDSMethodURL: 'here' },
    { version: '2.3.1', acsInfoInd: ['01', '02', '03', '07'], threeDSMethodURL: 'here' }
  ]
  t.strictSame(everyCard(), { start: '2200000000000000', end: '2204999999999999', acsProtocolVersions }, 'and of no scheme: the card number tells')
  t.strictSame(history.current().table.find(IN_NO_RANGE), { start: '4000000000000000', end: '4999999999999999', acsProtocolVersions, scheme: 'visa' }, 'and a PRes says those of every scheme')
})

t.test('a file that cannot be read, or has faults, stops the start: every fault is told by variable and place, twenty at most, and never what is in it', async (t) => {
  const folder = t.testdir({})
  t.equal(await faultsOf(loadConfig({ CARD_RANGES: join(folder, 'none.json') }).config), 'CARD_RANGES=the file is not allowed: cannot be read: ENOENT')
  t.equal(await faultsOf(loadConfig({ CARD_RANGES: folder }).config), 'CARD_RANGES=the file is not allowed: cannot be read: EISDIR')
  for (const [name, text, message] of [
    ['ranges.json', 'swordfish', 'must be JSON'],
    ['ranges.json', '{}', 'must be a list of card ranges'],
    ['ranges.yaml', '- start: 1: 2', 'must be YAML: line 1']
  ] as const) t.equal(await faultsOf(configWith(t, name, text)), `CARD_RANGES=the file is not allowed: ${message}`)

  const wrong = JSON.stringify([RANGE, { ...RANGE, swordfish: '4111111111111111' }, { ...RANGE, start: '4000500000000000' }, { ...RANGE, end: 'swordfish' }])
  t.equal(await faultsOf(configWith(t, 'ranges.json', wrong)), [
    'CARD_RANGES=the file is not allowed: 1.swordfish is no member of a card range',
    'CARD_RANGES=the file is not allowed: 3.end must match pattern "^[0-9]{13,19}$"',
    'CARD_RANGES=the file is not allowed: 2.start must not be in range 0: ranges overlap'
  ].join('\n'))

  const many = await faultsOf(configWith(t, 'ranges.json', JSON.stringify(new Array(1000).fill(RANGE))))
  t.strictSame(many.split('\n'), Array.from({ length: 20 }, (_, index) => `CARD_RANGES=the file is not allowed: ${index + 1}.start must not be in range 0: ranges overlap`))
})

t.test('the server does not start with a file that has faults', async (t) => {
  const { cardRanges: CARD_RANGES = '' } = configWith(t, 'ranges.json', '[{}]')
  await t.rejects(build(t, { CARD_RANGES }), { name: 'ConfigError', message: /^CARD_RANGES=.* 0\.start is required$/m })
})

t.test('a card that is in no range of the file takes no part: the DS answers U with reason 13 in place of an ACS (emv3ds-protocol §5.2)', async (t) => {
  const { cardRanges: CARD_RANGES = '' } = configWith(t, 'ranges.json', JSON.stringify([RANGE]))
  const app = await build(t, { CARD_RANGES, SEED: 'ranges' })
  const authenticate = (acctNumber: string) => post(app, '/3ds/authenticate', browserRequest('3f6b1c52-7d0e-4a61-9b1f-2c9d5e7a8013', acctNumber))
  t.match(await authenticate(IN_RANGE), { status: 200, body: { transStatus: 'Y', authenticationResponse: { acsReferenceNumber: 'issuer1' } } })
  t.match(await authenticate(IN_NO_RANGE), { status: 200, body: { transStatus: 'U', authenticationResponse: { transStatus: 'U', transStatusReason: '13' } } })
})
