import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { createManualClock } from '../../../src/clock.ts'
import { HERE, type CardRange } from '../../../src/directory-server/card-ranges/card-range.ts'
import { cardRangeFile, createCardRangeFiles } from '../../../src/directory-server/card-ranges/card-range-file.ts'
import { createCardRangeHistory, type CardRangeHistory } from '../../../src/directory-server/card-ranges/card-range-history.ts'
import type { ProtocolError } from '../../../src/errors.ts'
import { type PReqParts, takePReq } from '../../../src/directory-server/take-preq.ts'
import { createPReqInterval } from '../../../src/directory-server/take-preq-interval.ts'
import type { Json, JsonObject } from '../../../src/protocol/messages.ts'
import { type MessageVersion, SUPPORTED_VERSIONS } from '../../../src/protocol/versions.ts'

const threeDSServerTransID = '6f0ac6a1-0f1c-4c0c-9d1a-5b1f8d2f3a01'
const dsTransID = 'b1c2a9e4-7f52-4e0d-8a43-1f9f6f0c7702'
const own = 'https://mock.example.test/acs/method'
const elsewhere = 'https://acs.example.test/3dsmethod'
const fileURL = 'https://mock.example.test/ds/card-ranges.json'

const everyVersion: CardRange = {
  start: '4000000000000000',
  end: '4999999999999999',
  acsProtocolVersions: [
    { version: '2.1.0', acsInfoInd: ['01', '02'], threeDSMethodURL: elsewhere },
    { version: '2.2.0', acsInfoInd: ['01', '02', '03'] },
    { version: '2.3.1', acsInfoInd: ['01', '07'], threeDSMethodURL: HERE, supportedMsgExt: [{ id: 'A000000004-001', version: '1.0' }] }
  ],
  scheme: 'visa'
}
const newestOnly: CardRange = {
  start: '2200000000000000', end: '2204999999999999', issuerCountryCode: '643', acsProtocolVersions: [{ version: '2.3.1', acsInfoInd: ['01'] }]
}
const ownDs: CardRange = {
  start: '340000000000000', end: '349999999999999', dsProtocolVersions: ['2.2.0', '2.3.1'], acsProtocolVersions: [{ version: '2.2.0', acsInfoInd: ['01', '80'], threeDSMethodURL: HERE }]
}
const ranges = [everyVersion, newestOnly, ownDs]

function partsWith (history: CardRangeHistory, others: Partial<PReqParts> = {}): PReqParts {
  return { history, dsProtocolVersions: SUPPORTED_VERSIONS, interval: createPReqInterval(createManualClock(0), 0), dsTransID, threeDSMethodURL: own, ...others }
}

function preq (messageVersion: MessageVersion, others: JsonObject = {}): JsonObject {
  return { messageType: 'PReq', messageVersion, threeDSServerTransID, threeDSServerRefNumber: '3DS_LOA_SER_MOCK_020200_00001', ...others }
}

function answerTo (message: JsonObject, parts: PReqParts): JsonObject {
  try {
    return JSON.parse([...takePReq(message, parts)].join(''))
  } catch (error) {
    return { ...(error as ProtocolError).erro }
  }
}

/** The serial that a view of the current ranges has. */
const serialIn = (history: CardRangeHistory, version: MessageVersion) => version.replaceAll('.', '') + history.current().serial

t.test('without serialNum a PReq gets all ranges, in the shape of its version: emv3ds-protocol §14', async (t) => {
  const history = createCardRangeHistory(ranges)
  const expected: Record<MessageVersion, JsonObject> = {
    '2.1.0': {
      messageType: 'PRes',
      messageVersion: '2.1.0',
      threeDSServerTransID,
      dsTransID,
      serialNum: serialIn(history, '2.1.0'),
      dsStartProtocolVersion: '2.1.0',
      dsEndProtocolVersion: '2.1.0',
      cardRangeData: [
        {
          startRange: '4000000000000000',
          endRange: '4999999999999999',
          actionInd: 'A',
          acsStartProtocolVersion: '2.1.0',
          acsEndProtocolVersion: '2.1.0',
          threeDSMethodURL: elsewhere
        }
      ]
    },
    '2.2.0': {
      messageType: 'PRes',
      messageVersion: '2.2.0',
      threeDSServerTransID,
      dsTransID,
      serialNum: serialIn(history, '2.2.0'),
      dsStartProtocolVersion: '2.1.0',
      dsEndProtocolVersion: '2.2.0',
      cardRangeData: [
        {
          startRange: '340000000000000',
          endRange: '349999999999999',
          actionInd: 'A',
          acsStartProtocolVersion: '2.2.0',
          acsEndProtocolVersion: '2.2.0',
          dsStartProtocolVersion: '2.2.0',
          dsEndProtocolVersion: '2.2.0',
          threeDSMethodURL: own,
          acsInfoInd: ['01', '80']
        },
        {
          startRange: '4000000000000000',
          endRange: '4999999999999999',
          actionInd: 'A',
          acsStartProtocolVersion: '2.1.0',
          acsEndProtocolVersion: '2.2.0',
          acsInfoInd: ['01', '02', '03']
        }
      ]
    },
    '2.3.1': {
      messageType: 'PRes',
      messageVersion: '2.3.1',
      threeDSServerTransID,
      dsTransID,
      serialNum: serialIn(history, '2.3.1'),
      readOrder: '01',
      dsProtocolVersions: ['2.1.0', '2.2.0', '2.3.1'],
      cardRangeData: [
        {
          ranges: [{ start: '340000000000000', end: '349999999999999' }],
          actionInd: 'A',
          acsProtocolVersions: [{ version: '2.2.0', acsInfoInd: ['01', '80'], threeDSMethodURL: own }],
          dsProtocolVersions: ['2.2.0', '2.3.1']
        },
        {
          ranges: [{ start: '2200000000000000', end: '2204999999999999' }],
          actionInd: 'A',
          acsProtocolVersions: [{ version: '2.3.1', acsInfoInd: ['01'] }],
          issuerCountryCode: '643'
        },
        {
          ranges: [{ start: '4000000000000000', end: '4999999999999999' }],
          actionInd: 'A',
          acsProtocolVersions: [
            { version: '2.1.0', acsInfoInd: ['01', '02'], threeDSMethodURL: elsewhere },
            { version: '2.2.0', acsInfoInd: ['01', '02', '03'] },
            { version: '2.3.1', acsInfoInd: ['01', '07'], supportedMsgExt: [{ id: 'A000000004-001', version: '1.0' }], threeDSMethodURL: own }
          ]
        }
      ]
    }
  }
  for (const version of SUPPORTED_VERSIONS) t.strictSame(answerTo(preq(version), partsWith(history)), expected[version], version)
  t.strictSame(answerTo(preq('2.2.0', { serialNum: '' }), partsWith(history)), expected['2.2.0'], 'an empty serialNum is none (§3)')
  t.strictSame(answerTo(preq('2.2.0', { serialNum: null }), partsWith(history)), expected['2.2.0'])
})

t.test('an address that is not known is left out', async (t) => {
  const { threeDSMethodURL, ...parts } = partsWith(createCardRangeHistory([ownDs]))
  t.strictSame((answerTo(preq('2.3.1'), parts)['cardRangeData'] as JsonObject[])[0]?.['acsProtocolVersions'], [{ version: '2.2.0', acsInfoInd: ['01', '80'] }])
  t.notOk('threeDSMethodURL' in ((answerTo(preq('2.2.0'), parts)['cardRangeData'] as [JsonObject])[0]))
})

t.test('a range whose DS has no version in a view is left out of it', async (t) => {
  const history = createCardRangeHistory([{ ...everyVersion, dsProtocolVersions: ['2.3.1'] }])
  for (const [version, count] of [['2.1.0', undefined], ['2.2.0', undefined], ['2.3.1', 1]] as const) {
    t.equal((answerTo(preq(version), partsWith(history))['cardRangeData'] as Json[] | undefined)?.length, count, version)
  }
})

t.test('of its own versions the DS says what the shape holds', async (t) => {
  const parts = partsWith(createCardRangeHistory([]), { dsProtocolVersions: ['2.2.0', '2.3.1'] })
  const ids = { messageType: 'PRes', threeDSServerTransID, dsTransID }
  t.strictSame(answerTo(preq('2.2.0'), parts), {
    ...ids, messageVersion: '2.2.0', serialNum: serialIn(parts.history, '2.2.0'), dsStartProtocolVersion: '2.2.0', dsEndProtocolVersion: '2.2.0'
  })
  t.strictSame(answerTo(preq('2.3.1'), parts), {
    ...ids, messageVersion: '2.3.1', serialNum: serialIn(parts.history, '2.3.1'), readOrder: '01', dsProtocolVersions: ['2.2.0', '2.3.1']
  })
})

t.test('with the current serialNum a PReq gets no ranges: §14', async (t) => {
  const history = createCardRangeHistory(ranges)
  for (const version of SUPPORTED_VERSIONS) {
    const { cardRangeData, ...head } = answerTo(preq(version), partsWith(history))
    t.ok(cardRangeData)
    t.strictSame(answerTo(preq(version, { serialNum: serialIn(history, version) }), partsWith(history)), head, version)
  }
})

t.test('with an earlier serialNum a PReq gets the changes, deletions first: §14', async (t) => {
  const history = createCardRangeHistory(ranges)
  const serials = Object.fromEntries(SUPPORTED_VERSIONS.map((version) => [version, serialIn(history, version)]))
  const shorter = { ...everyVersion, end: '4899999999999999' }
  const changed: CardRange = { ...ownDs, issuerCountryCode: '840' }
  history.revise([shorter, newestOnly, changed])
  const limits = (version: MessageVersion) => (answerTo(preq(version, { serialNum: serials[version] as string }), partsWith(history))['cardRangeData'] as JsonObject[])
    .map(({ actionInd, startRange, endRange, ranges }) => [actionInd, ...ranges === undefined ? [startRange, endRange] : Object.values((ranges as [JsonObject])[0])])
  const replaced = [['D', '4000000000000000', '4999999999999999'], ['A', '4000000000000000', '4899999999999999']]
  t.strictSame(limits('2.1.0'), replaced)
  t.strictSame(limits('2.2.0'), replaced, 'what a version does not show does not change there')
  t.strictSame(limits('2.3.1'), [replaced[0], ['M', '340000000000000', '349999999999999'], replaced[1]])

  history.revise([newestOnly, changed])
  t.strictSame(answerTo(preq('2.2.0', { serialNum: serials['2.2.0'] as string }), partsWith(history)), {
    messageType: 'PRes',
    messageVersion: '2.2.0',
    threeDSServerTransID,
    dsTransID,
    serialNum: serialIn(history, '2.2.0'),
    dsStartProtocolVersion: '2.1.0',
    dsEndProtocolVersion: '2.2.0',
    cardRangeData: [
      {
        startRange: '4000000000000000',
        endRange: '4999999999999999',
        actionInd: 'D',
        acsStartProtocolVersion: '2.1.0',
        acsEndProtocolVersion: '2.2.0',
        acsInfoInd: ['01', '02', '03']
      }
    ]
  }, 'a deletion is whole: its versions are required')

  history.revise([newestOnly, { ...changed, issuerCountryCode: '246' }])
  const { cardRangeData, ...head } = answerTo(preq('2.2.0', { serialNum: serialIn(history, '2.2.0') }), partsWith(history))
  t.equal(cardRangeData, undefined)
  t.equal(head['serialNum'], serialIn(history, '2.2.0'), 'a change that the view does not show is a new serial only')
})

t.test('a serialNum that is unknown, or of another version\'s view, is refused with 307: §14', async (t) => {
  const history = createCardRangeHistory(ranges)
  for (const serialNum of ['41', serialIn(createCardRangeHistory([ownDs]), '2.2.0'), serialIn(history, '2.3.1')]) {
    t.strictSame(answerTo(preq('2.2.0', { serialNum }), partsWith(history)), {
      errorCode: '307', errorComponent: 'D', errorDetail: serialNum, errorMessageType: 'PReq', messageVersion: '2.2.0', threeDSServerTransID, dsTransID
    })
  }
})

t.test('a 3DS Server that asks again too soon is refused with 103: §11, §14', async (t) => {
  const clock = createManualClock(1_700_000_000_000)
  const parts = partsWith(createCardRangeHistory(ranges), { interval: createPReqInterval(clock, 3600) })
  const codeOf = (message: JsonObject) => answerTo(message, parts)['errorCode']
  t.equal(codeOf(preq('2.2.0', { serialNum: '41' })), '307', 'what was refused does not count')
  t.equal(codeOf(preq('2.2.0')), undefined)
  clock.advance(600_001)
  t.strictSame(answerTo(preq('2.2.0'), parts), {
    errorCode: '103', errorComponent: 'D', errorDetail: 'ask again in 3000 seconds', errorMessageType: 'PReq', messageVersion: '2.2.0', threeDSServerTransID, dsTransID
  })
  t.equal(codeOf(preq('2.3.1')), undefined, 'each version is a list of its own')
  t.equal(codeOf(preq('2.2.0', { threeDSServerRefNumber: 'another' })), undefined, 'another 3DS Server may ask')
  clock.advance(2_999_998)
  t.equal(codeOf(preq('2.2.0')), '103', 'a refusal does not make the wait longer')
  clock.advance(1)
  t.equal(codeOf(preq('2.2.0')), undefined)
})

t.test('without an interval a 3DS Server may ask as often as it likes: §17', async (t) => {
  const interval = createPReqInterval(createManualClock(0), 0)
  t.strictSame([interval.secondsLeft('a'), interval.secondsLeft('a')], [0, 0])
})

t.test('a bounded number of 3DS Servers is remembered', async (t) => {
  const interval = createPReqInterval(createManualClock(0), 60)
  for (let asker = 0; asker < 10_000; asker++) interval.secondsLeft(String(asker))
  t.equal(interval.secondsLeft('9999'), 60)
  t.equal(interval.secondsLeft('one more'), 0)
  t.equal(interval.secondsLeft('0'), 0, 'the one that was answered longest ago is forgotten')
})

t.test('cardRangeDataDownloadInd Y gets the address of the file in place of the whole list: §14', async (t) => {
  const history = createCardRangeHistory(ranges)
  const parts = partsWith(history, { cardRangeDataFileURL: fileURL })
  const ids = { messageType: 'PRes', messageVersion: '2.3.1', threeDSServerTransID, dsTransID }
  const ds = { readOrder: '01', dsProtocolVersions: ['2.1.0', '2.2.0', '2.3.1'] }
  const serialNum = serialIn(history, '2.3.1')
  t.strictSame(answerTo(preq('2.3.1', { cardRangeDataDownloadInd: 'Y' }), parts), { ...ids, ...ds, cardRangeDataFileURL: fileURL })
  t.strictSame(answerTo(preq('2.3.1', { cardRangeDataDownloadInd: 'Y', serialNum }), parts), { ...ids, serialNum, ...ds }, 'who has a list gets its changes')
  t.ok(answerTo(preq('2.3.1'), parts)['cardRangeData'], 'who does not say so gets the list')
  t.ok(answerTo(preq('2.2.0', { cardRangeDataDownloadInd: 'Y' }), parts)['cardRangeData'], 'the element is of 2.3.1')
  t.ok(answerTo(preq('2.3.1', { cardRangeDataDownloadInd: 'Y' }), partsWith(history))['cardRangeData'], 'a DS without a file sends the list')
})

/** Ranges in ten places, each with one of two ends and of a few contents, so that lists often have some in common. */
const someRanges: fc.Arbitrary<CardRange[]> = fc.array(fc.option(fc.record({
  digits: fc.constantFrom(13, 19),
  isLong: fc.boolean(),
  versions: fc.subarray([...SUPPORTED_VERSIONS], { minLength: 1 }),
  url: fc.constantFrom(HERE, elsewhere, 'https://ü.example.test/"\u2028', undefined),
  ds: fc.constantFrom<MessageVersion[] | undefined>(undefined, ['2.1.0'], ['2.3.1'])
}), { nil: undefined }), { maxLength: 10 }).map((places) => places.flatMap((place, index) => place === undefined
  ? []
  : [{
      start: `4${index}`.padEnd(place.digits, '0'),
      end: `4${index}${place.isLong ? '9' : '5'}`.padEnd(place.digits, '9'),
      acsProtocolVersions: place.versions.map((version) => ({ version, acsInfoInd: ['01'], ...place.url !== undefined && { threeDSMethodURL: place.url } })),
      ...place.ds && { dsProtocolVersions: place.ds }
    }]))

/** What a 3DS Server has of a range, by its limits. */
type Cache = Map<string, JsonObject>

/** What a 3DS Server does with `cardRangeData`: §14, with the rules of 205 and 206. */
function apply (cache: Cache, entries: JsonObject[]): Cache {
  const after = new Map(cache)
  for (const { actionInd, startRange, endRange, ranges, ...rest } of entries) {
    const [start, end] = ranges === undefined ? [startRange, endRange] : Object.values((ranges as [JsonObject])[0])
    const limits = `${start as string}-${end as string}`
    if (after.has(limits) === (actionInd === 'A')) throw new Error('206')
    if (actionInd === 'D') after.delete(limits)
    else after.set(limits, rest)
    const overlaps = [...after.keys()].some((other) => {
      const [from = '', to = ''] = other.split('-')
      return other !== limits && from.length === (start as string).length && from <= (end as string) && to >= (start as string)
    })
    if (overlaps) throw new Error('205')
  }
  return after
}

const listIn = (pres: JsonObject) => (pres['cardRangeData'] ?? []) as JsonObject[]

t.test('the changes between any two revisions turn the older list into the newer one: §14', async () => {
  fc.assert(fc.property(fc.array(someRanges, { minLength: 2, maxLength: 4 }), fc.constantFrom(...SUPPORTED_VERSIONS), ([first = [], ...later], version) => {
    const history = createCardRangeHistory(first)
    const serialNum = serialIn(history, version)
    const before = apply(new Map(), listIn(answerTo(preq(version), partsWith(history))))
    for (const ranges of later) history.revise(ranges)
    const after = apply(before, listIn(answerTo(preq(version, { serialNum }), partsWith(history))))
    const whole = apply(new Map(), listIn(answerTo(preq(version), partsWith(history))))
    return isDeepStrictEqual(after, whole)
  }))
})

/** A range in the shape of 2.3.1, built plainly. */
function entryOf ({ start, end, acsProtocolVersions, dsProtocolVersions }: CardRange): object {
  return {
    ranges: [{ start, end }],
    actionInd: 'A',
    acsProtocolVersions: acsProtocolVersions.map((version) => version.threeDSMethodURL === HERE ? { ...version, threeDSMethodURL: own } : version),
    ...dsProtocolVersions && { dsProtocolVersions }
  }
}

const inOrder = (ranges: CardRange[]) => ranges.toSorted((one, other) => one.start.length - other.start.length || (one.start < other.start ? -1 : 1))

t.test('chunks together are what JSON.stringify() would have made', async () => {
  fc.assert(fc.property(someRanges, (ranges) => {
    const parts = partsWith(createCardRangeHistory(ranges))
    const plain = inOrder(ranges).map(entryOf)
    const file = cardRangeFile(parts.history.current(), own)
    return isDeepStrictEqual(listIn(answerTo(preq('2.3.1'), parts)), plain) &&
      isDeepStrictEqual(JSON.parse(Buffer.concat([...file.slice(0, file.size)]).toString()), { cardRangeData: plain })
  }))
})

/** As many ranges as asked for, with 1500 contents. */
function manyRanges (count: number): CardRange[] {
  return Array.from({ length: count }, (_, index) => ({
    start: String(4e15 + index * 1e9),
    end: String(4e15 + index * 1e9 + 999_999_999),
    acsProtocolVersions: [{ version: '2.2.0', acsInfoInd: ['01', '02'], threeDSMethodURL: `https://acs.example.test/${'é'.repeat(20)}${index % 1500}` }]
  }))
}

t.test('100 000 ranges come in bounded chunks, made as they are asked for', async (t) => {
  const history = createCardRangeHistory(manyRanges(100_000))
  const pres = takePReq(preq('2.2.0'), partsWith(history))
  let [chunks, longest, ranges] = [0, 0, 0]
  let tail = ''
  for (const chunk of pres) {
    chunks++
    longest = Math.max(longest, chunk.length)
    ranges += chunk.split('"startRange"').length - 1
    tail = chunk
  }
  t.equal(ranges, 100_000)
  t.ok(chunks > 1000)
  t.ok(longest < 16_384 + 300, 'one entry more than 16 KiB')
  t.ok(tail.endsWith('}]}'))

  let asked = 0
  const table = { ...history.current().table, profileOf: new Proxy(history.current().table.profileOf, { get: (target, name) => { asked++; return Reflect.get(target, name) } }) }
  const observed = { ...history, current: () => ({ ...history.current(), table }) }
  const iterator = takePReq(preq('2.2.0'), partsWith(observed))[Symbol.iterator]()
  t.equal(asked, 0, 'nothing is made before it is asked for')
  iterator.next()
  t.ok(asked > 0 && asked < 200, 'the first chunk looks at its own ranges only')
})

t.test('any part of the file can be had, and all parts are the file: §14, RFC 9110 §14', async (t) => {
  const history = createCardRangeHistory(manyRanges(1000))
  const file = cardRangeFile(history.current(), own)
  const whole = Buffer.from(JSON.stringify({ cardRangeData: manyRanges(1000).map(entryOf) }))
  t.equal(file.serial, history.current().serial)
  t.equal(file.size, whole.length)
  t.ok(whole.equals(Buffer.concat([...file.slice(0, file.size)])))
  fc.assert(fc.property(fc.nat(file.size + 10), fc.nat(file.size + 10), (one, other) => {
    const [from, to] = [Math.min(one, other), Math.max(one, other)]
    return whole.subarray(from, to).equals(Buffer.concat([...file.slice(from, to)]))
  }), { numRuns: 50 })
  const pieces = [...file.slice(100, file.size)].map((piece) => piece.length)
  t.ok(pieces.length > 10 && Math.max(...pieces) < 20_000, 'it is made piece by piece')
  t.ok([...file.slice(20_000, 20_010)].length <= 2, 'and only the pieces that are asked for')

  const empty = cardRangeFile(createCardRangeHistory([]).current())
  t.equal(Buffer.concat([...empty.slice(0, empty.size)]).toString(), '{"cardRangeData":[]}')
})

t.test('the file is measured once for each revision and address', async (t) => {
  const history = createCardRangeHistory([ownDs])
  const fileFor = createCardRangeFiles(history)
  const first = fileFor(own)
  t.equal(fileFor(own), first)
  t.not(fileFor(), first)
  t.not(fileFor(own).size, fileFor(elsewhere).size)
  const before = fileFor(own)
  history.revise([everyVersion])
  t.equal(fileFor(own).serial, history.current().serial)
  t.not(fileFor(own), before)
})
