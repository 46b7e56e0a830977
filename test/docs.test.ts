import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import t from 'tap'
import { CHALLENGE_TABLE } from '../src/acs/challenge/table.ts'
import { settings } from '../src/config/settings.ts'
import { METRICS, type MetricDescription } from '../src/metrics/catalogue.ts'
import type { Condition, Element } from '../src/protocol/catalogue/element.ts'
import { catalogue } from '../src/protocol/catalogue/elements.ts'
import { describeErrorCode } from '../src/protocol/error-codes.ts'
import { challengeDrawing, challengePage } from '../tools/docs/challenge-page.js'
import { BEGINNINGS, EFFECTS, EVENTS, STATES, TIMERS as STATE_TIMERS } from '../tools/docs/challenge-words.js'
import { CODES, DOORS, FLOWS, IN_NO_MESSAGE, JUDGED, MADE_BY, NOT_SENT, TIMERS } from '../tools/docs/conformance-data.js'
import { conformancePage, SOURCES } from '../tools/docs/conformance-page.js'
import { elementNames } from '../tools/docs/element-names.js'
import { elementPages, MESSAGES } from '../tools/docs/element-pages.js'
import { conditionInWords, conditionsInWords, formatInWords, inclusionInWords } from '../tools/docs/element-words.js'
import { metricsPage } from '../tools/docs/metrics-page.js'
import { anchor } from '../tools/docs/markdown.js'
import { root } from './setup/server-process.ts'

const read = (file: string) => readFileSync(join(root, file), 'utf8')
const elements = catalogue()

function pagesOf (all: readonly Element[]): Record<string, string> {
  return {
    ...elementPages(all),
    'docs/challenge.md': challengePage(CHALLENGE_TABLE, settings),
    'docs/conformance.md': conformancePage(all, describeErrorCode, read),
    'docs/metrics.md': metricsPage(Object.values(METRICS))
  }
}

const pages = pagesOf(elements)
const page = (name: string): string => pages[`docs/${name}.md`] as string

/** The cells of a page's rows that begin with some text. */
function rowsOf (text: string, begin: RegExp): string[][] {
  return text.split('\n').filter((line) => begin.test(line)).map((line) => line.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim()))
}

function section (text: string, heading: string): string {
  const [, after = ''] = text.split(`\n## ${heading}\n`)
  return after.split('\n## ')[0] as string
}

t.test('the pages are the same whenever they are made, in whatever order the catalogue is', async (t) => {
  t.strictSame(pagesOf(elements), pages)
  t.strictSame(pagesOf(elements.toReversed()), pages)
})

t.test('the names that are needed at start are those of the catalogue, each once', async (t) => {
  t.equal(read('src/protocol/catalogue/names.ts'), elementNames(elements))
  t.equal(elementNames([...elements, ...elements].toReversed()), elementNames(elements))
})

t.test('every link leads to a file that is there, and to a heading that is in it', async (t) => {
  const anchorsOf = (text: string) => new Set([
    ...[...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchor(heading as string)),
    ...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, id]) => id as string)
  ])
  const texts = new Map<string, string>(Object.entries(pages))
  const links = Object.entries(pages).flatMap(([from, text]) => [...text.matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)/g)].map(([, link = '']) => ({ from, link })))
  const broken = links.filter(({ from, link }) => {
    const [file = '', id] = link.split('#')
    const path = file === '' ? from : normalize(join(dirname(from), file))
    if (!texts.has(path) && existsSync(join(root, path))) texts.set(path, read(path))
    const text = texts.get(path)
    return text === undefined || (id !== undefined && !anchorsOf(text).has(id))
  })
  t.strictSame(broken, [])
  t.ok(links.length > 1000)
})

t.test('tables have as many cells in each row as in their head', async (t) => {
  for (const [name, text] of Object.entries(pages)) {
    const tables = text.trimEnd().split('\n\n').filter((block) => block.startsWith('| '))
    t.ok(tables.length > 0, name)
    t.strictSame(tables.filter((block) => new Set(block.split('\n').map((line) => line.split(/(?<!\\)\|/).length)).size > 1), [], name)
  }
})

t.test('elements: the index has each element once, and each is described once, on the page of its first message', async (t) => {
  const names = elements.map(({ name }) => name).sort()
  const listed = rowsOf(page('elements/README'), /^\| \[`/).map(([link = '']) => link.slice(2, link.indexOf('`]')))
  t.strictSame(listed.sort(), names)
  const described = Object.entries(pages).flatMap(([file, text]) => [...text.matchAll(/^### `(.+)`$/gm)].map(([, name]) => ({ file, name: name as string })))
  t.strictSame(described.map(({ name }) => name).sort(), names)
  const order = Object.keys(MESSAGES)
  for (const { file, name } of described) {
    const { messages } = elements.find((element) => element.name === name) as Element
    const first = order.find((type) => messages.some((message) => message === type))
    t.equal(file, `docs/elements/${first ?? 'forms-and-signed-content'}.md`, name)
  }
})

t.test('elements: a message\'s page has its elements, and a dash in the versions that have one not', async (t) => {
  for (const type of Object.keys(MESSAGES) as (keyof typeof MESSAGES)[]) {
    const text = page(`elements/${type}`)
    const [head = []] = rowsOf(text, /^\| Element/)
    const versions = head.filter((cell) => /^\d/.test(cell))
    const found = rowsOf(text, /^\| (?:<a |\[`)/).map(([link = '', ...cells]) => [/`(.+)`/.exec(link)?.[1], cells.slice(0, versions.length).map((cell) => cell !== '–')])
    const expected = elements.filter(({ messages }) => messages.includes(type)).map(({ name, inclusion }) =>
      [name, versions.map((version) => inclusion[type]?.some((row) => row.versions.some((one) => one === version)) === true)])
    t.strictSame(Object.fromEntries(found), Object.fromEntries(expected), type)
  }
})

t.test('elements: every code, member and condition of the catalogue is on the pages', async (t) => {
  const escaped = (text: string) => text.replaceAll('|', '\\|').replaceAll('*', '\\*').replaceAll('<', '&lt;')
  for (const element of elements) {
    const home = Object.values(pages).find((text) => text.includes(`\n### \`${element.name}\`\n`)) as string
    const own = home.split(`\n### \`${element.name}\`\n`)[1]?.split('\n### ')[0] as string
    const missing = [
      ...(element.values ?? []).map(({ code, meaning }) => `| \`${code}\` | ${escaped(meaning)} |`),
      ...(element.reserved ?? []).map(({ range, meaning }) => `${range} ${escaped(meaning)}`),
      ...(element.children ?? []).map(({ name }) => `| \`${element.name}.${name}\` |`),
      ...(element.children ?? []).flatMap(({ children = [], name }) => children.map((child) => `| \`${element.name}.${name}.${child.name}\` |`)),
      ...(element.children ?? []).flatMap(({ values = [] }) => values.map(({ code, meaning }) => `\`${code}\` ${escaped(meaning)}`))
    ].filter((text) => !own.includes(text))
    t.strictSame(missing, [], element.name)
    for (const [type, rows] of Object.entries(element.inclusion)) {
      for (const { condition } of rows) if (condition !== undefined) t.ok(page(`elements/${type}`).includes(condition), `${element.name} in ${type}: ${condition}`)
    }
  }
})

t.test('elements: no pattern is left to be read as a regular expression', async (t) => {
  t.strictSame(Object.entries(pages).filter(([, text]) => text.includes('as `^')).map(([name]) => name), [])
  t.equal(formatInWords({ type: 'string', format: { regex: '^a+$' } }), 'string: as `^a+$`', 'a new one would be seen')
})

t.test('formats in words', async (t) => {
  const cases: [Parameters<typeof formatInWords>[0], string][] = [
    [{ type: 'boolean', format: {} }, 'boolean'],
    [{ type: 'string|object', format: {} }, 'string or object'],
    [{ type: 'string', format: { length: { fixed: 1 } } }, 'string: 1 character'],
    [{ type: 'string', format: { length: { min: 13, max: 19 }, regex: '^[0-9]{13,19}$' } }, 'string: 13 to 19 characters, digits'],
    [{ type: 'string', format: { length: { max: 1024 }, kind: 'base64url' } }, 'string: Base64url, at most 1024 characters'],
    [{ type: 'string', format: { length: { min: 2 } } }, 'string: at least 2 characters'],
    [{ type: 'string', format: { length: { fixed: 8 }, kind: 'date', pattern: 'YYYYMMDD', regex: '^[0-9]{8}$' } }, 'string: date YYYYMMDD, 8 characters'],
    [{ type: 'string', format: { length: { fixed: 4 }, pattern: 'YYMM', regex: '^[0-9]{4}$' } }, 'string: YYMM, 4 characters'],
    [{ type: 'string', format: { length: { fixed: 3 }, kind: 'iso4217-numeric', regex: '^[0-9]{3}$', excluded: ['955', '956', '999'] } }, 'string: currency, ISO 4217 numeric, 3 characters, not 955-956, 999'],
    [{ type: 'string', format: { numericRange: [1, 99] } }, 'string: 1 to 99'],
    [{ type: 'string', format: {}, otherCodes: 'accepted' }, 'string: other codes are accepted'],
    [{ type: 'array', format: { size: { min: 1, max: 3 }, items: { type: 'string', length: { fixed: 2 } } } }, 'array: 1 to 3 entries, strings of 2 characters'],
    [{ type: 'array', format: { size: { min: 1, max: 1 }, items: { type: 'string' } } }, 'array: 1 entry, strings'],
    [{ type: 'array', format: { items: { type: 'object', singleKey: true } } }, 'array: objects with one member each: a name and a text'],
    [{ type: 'array', format: { items: { type: 'object', singleKey: true, keyLength: { max: 4 }, valueLength: { max: 45 }, pairLength: { max: 49 } }, totalLength: { max: 500 } } },
      'array: objects with one member each: a name and a text (name at most 4 characters; text at most 45 characters; name and text together at most 49 characters), at most 500 characters in whole'],
    [{ type: 'object', format: { length: { min: 1, max: 256 }, kind: 'jwk' } }, 'object: JWK, 1 to 256 characters as JSON']
  ]
  for (const [shape, expected] of cases) t.equal(formatInWords(shape), expected)
})

t.test('conditions in words', async (t) => {
  const cases: [Condition, string][] = [
    [{ field: 'transStatus', eq: 'C' }, '`transStatus` is C'],
    [{ field: 'areq.deviceChannel', in: ['01', '02'] }, '`deviceChannel` of the AReq is 01 or 02'],
    [{ not: { present: 'cres.acsHTML' } }, 'not: `acsHTML` of the CRes is there'],
    [{ any: [{ absent: 'recurringInd.amountInd' }, { context: 'finalCRes' }] }, '`recurringInd.amountInd` is not there or the final CRes'],
    [{ all: [{ context: 'spcSecondAReq' }, { leg: 'DS->ACS' }] }, 'the second AReq of an SPC flow and on the leg DS → ACS']
  ]
  for (const [condition, expected] of cases) t.equal(conditionInWords(condition), expected)
})

t.test('inclusion in words: by channel and category where these differ', async (t) => {
  const row = { versions: ['2.2.0' as const], deviceChannels: ['01' as const, '02' as const, '03' as const], messageCategory: ['01' as const, '02' as const], presence: 'R' as const }
  const cases: [Parameters<typeof inclusionInWords>[0], string][] = [
    [[], '–'],
    [[{ ...row, versions: ['2.1.0'] }], '–'],
    [[row], 'R'],
    [[{ ...row, deviceChannels: [], messageCategory: [] }], 'R'],
    [[{ ...row, messageCategory: ['01'] }, { ...row, messageCategory: ['02'], presence: 'C' }], 'PA R, NPA C'],
    [[{ ...row, messageCategory: ['01'] }], 'PA R'],
    [[{ ...row, deviceChannels: ['01', '02'] }, { ...row, deviceChannels: ['03'], presence: 'O' }], 'APP, BRW: R · 3RI: O'],
    [[{ ...row, deviceChannels: ['02'], messageCategory: ['02'] }], 'BRW: NPA R']
  ]
  for (const [rows, expected] of cases) t.equal(inclusionInWords(rows, '2.2.0'), expected)
  t.equal(conditionsInWords([
    { ...row, versions: ['2.1.0'], presence: 'C', when: { present: 'a' } },
    { ...row, presence: 'C', condition: 'DS rule', enforce: 'soft' },
    { ...row, versions: ['2.3.1'], leg: 'ACS->DS', crES: 'not final' }
  ]), '2.1.0: `a` is there<br>2.2.0: _DS rule_<br>2.3.1: not in the final CRes; leg ACS → DS')
})

t.test('challenge: the drawing has every edge of the table and no other, and where a challenge begins and ends', async (t) => {
  const drawn = challengeDrawing(CHALLENGE_TABLE).split('\n')
  const name = new Map(drawn.flatMap((line) => {
    const [, state, id] = /^ {2}state "(.+)" as (\w+)$/.exec(line) ?? []
    return state === undefined || id === undefined ? [] : [[id, state] as const]
  }))
  const arrows = drawn.flatMap((line) => {
    const [, from = '', to = '', events = ''] = /^ {2}(\w+) --> (\w+) : (.+)$/.exec(line) ?? []
    return events === '' ? [] : events.split(', ').map((event) => `${name.get(from)} ${event} → ${name.get(to)}`)
  })
  const edges = Object.entries(CHALLENGE_TABLE).flatMap(([state, row]) => Object.entries(row).flatMap(([event, { to }]) => to.map((next) => `${state} ${event} → ${next}`)))
  t.strictSame(arrows.sort(), edges.sort())
  t.strictSame([...name.values()], Object.keys(CHALLENGE_TABLE))
  t.strictSame(drawn.filter((line) => line.includes('[*]')), [...BEGINNINGS.map(([state, status]) => `  [*] --> ${state.replaceAll('-', '_')} : ARes ${status}`), '  ended --> [*]'])
  t.ok(page('challenge').includes(`\`\`\`mermaid\n${drawn.join('\n')}\n\`\`\``))
})

t.test('challenge: the table has every edge; each state, event, effect and timer is explained', async (t) => {
  const code = (text: string) => `\`${text}\``
  const cells = Object.entries(CHALLENGE_TABLE).flatMap(([state, row]) => Object.entries(row).map(([event, { to, effects, rule }]) =>
    [code(state), code(event), to.map(code).join(', '), effects.map(code).join(', '), rule]))
  t.strictSame(rowsOf(section(page('challenge'), 'Table'), /^\| `/), cells)
  const all = Object.values(CHALLENGE_TABLE).flatMap((row) => Object.entries(row))
  t.strictSame(Object.keys(STATES).sort(), Object.keys(CHALLENGE_TABLE).sort())
  t.strictSame(Object.keys(EVENTS).sort(), [...new Set(all.map(([event]) => event))].sort())
  t.strictSame(Object.keys(EFFECTS).sort(), [...new Set(all.flatMap(([, { effects }]) => effects))].sort())
  t.strictSame(STATE_TIMERS.flatMap(({ states }) => states).sort(), Object.entries(CHALLENGE_TABLE).filter(([, row]) => 'timeout' in row).map(([state]) => state).sort())
  t.match(page('challenge'), '`FIRST_CREQ_TIMEOUT_SECONDS`, 30 s unless set')
})

/** The tests of a file: the title of each as it is written, and all of its text. */
function testsIn (file: string): { title: string, text: string }[] {
  const source = read(file)
  return [...source.matchAll(/^( *)(?:await )?t\.test\((['`])(.*?)(?<!\\)\2, /gm)].map(({ index, 0: begin, 1: indent, 3: title = '' }) =>
    ({ title: title.replaceAll('\\\'', '\''), text: `${begin}${source.slice(index + begin.length).split(`\n${indent}})`)[0]}` }))
}

/** The test that `file: words` names; nothing where the words are in no title of the file, or in several. */
function namedTest (named: string): { title: string, text: string } | undefined {
  const [file = '', ...rest] = named.split(': ')
  const words = rest.join(': ')
  if (words === '' || !/^test\/.+\.test\.ts$/.test(file) || !existsSync(join(root, file))) return undefined
  const [found, ...others] = testsIn(file).filter(({ title }) => title.includes(words))
  return others.length === 0 ? found : undefined
}

t.test('conformance: who says yes or partly names a test that is there, who does not say yes says why', async (t) => {
  const rows = [...Object.entries(DOORS), ...Object.entries(IN_NO_MESSAGE), ...TIMERS.map((row) => [`${row.who}: ${row.what}`, row] as const), ...FLOWS.map((row) => [row.flow, row] as const)]
  for (const [name, { status, tests = [], why }] of rows) {
    t.ok(['yes', 'partly', 'no'].includes(status), name)
    t.equal(status === 'no', tests.length === 0, `${name}: ${status} and ${tests.length} tests`)
    t.equal(status === 'yes', why === undefined, `${name}: ${status} and ${why}`)
  }
  const named = new Set([JUDGED, ...rows.flatMap(([, { tests = [] }]) => tests)])
  t.strictSame([...named].filter((test) => namedTest(test) === undefined), [], 'in the title of one test each')
})

t.test('conformance: the test of an error code is there and has the code in it; whose test is not there says why', async (t) => {
  for (const [errorCode, parties] of Object.entries(CODES)) {
    t.ok(Object.keys(parties).length > 0 && Object.keys(parties).every((party) => ['3DS Server', 'DS', 'ACS', 'SDK'].includes(party)), errorCode)
    for (const [party, by] of Object.entries(parties)) {
      if (typeof by === 'string') t.match(namedTest(by)?.text, new RegExp(`\\b${errorCode}\\b`), `${errorCode} ${party}: ${by}`)
      else t.not(by.why, '', `${errorCode} ${party}`)
    }
  }
})

t.test('conformance: why an element is not sent is said of elements of that message, which are not sent in it', async (t) => {
  const rows = rowsOf(section(page('conformance'), 'Elements'), /^\| \[`/)
  for (const [place, why] of Object.entries(NOT_SENT)) {
    const [type, name] = place.split('.') as [string, string]
    const [, , sent = '', not = ''] = rows.find(([link]) => link?.startsWith(`[\`${name}\`]`)) ?? []
    t.ok(elements.some((element) => element.name === name && element.messages.some((message) => message === type)), place)
    t.notOk(sent.split(', ').includes(type), place)
    t.ok(not.includes(why), place)
  }
})

t.test('conformance: the error codes are those of error-codes.ts, the messages and elements those of the catalogue', async (t) => {
  const known = [...read('src/protocol/error-codes.ts').matchAll(/^ {2}(\d{3}): /gm)].map(([, code]) => code as string)
  t.strictSame(Object.keys(CODES), known.sort())
  t.strictSame(known, elements.find(({ name }) => name === 'errorCode')?.values?.map(({ code }) => code))
  t.strictSame(rowsOf(section(page('conformance'), 'Error codes'), /^\| `/).map(([code, text]) => [code, text]), known.map((code) => [`\`${code}\``, describeErrorCode(code)]))
  t.strictSame(Object.keys(DOORS), Object.keys(MESSAGES))
  t.strictSame(Object.keys(MADE_BY), Object.keys(MESSAGES))
  t.strictSame(new Set(elements.flatMap(({ messages }) => messages)), new Set(Object.keys(MESSAGES)))
  t.strictSame(Object.keys(IN_NO_MESSAGE).sort(), elements.filter(({ messages }) => messages.length === 0).map(({ name }) => name).sort())
  const rows = rowsOf(section(page('conformance'), 'Elements'), /^\| \[`/).map(([link = '', ...cells]) => [link.slice(2, link.indexOf('`]')), ...cells])
  t.strictSame(rows.map(([name]) => name).sort(), elements.map(({ name }) => name).sort())
  for (const [name, status, sent = '', why = ''] of rows) {
    const { messages } = elements.find((element) => element.name === name) as Element
    const wanted = messages.filter((type) => MADE_BY[type]?.isOurs !== false)
    if (messages.length > 0) t.equal(status === 'yes', wanted.every((type) => sent.split(', ').includes(type)), `${name}: ${status}, ${sent}`)
    if (messages.length > 0) t.equal(status === 'no', sent === '' && !['yes', 'partly'].includes(status as string), `${name}: ${status}`)
    if (status !== 'yes') t.not(why, '', `${name} says why`)
  }
})

t.test('conformance: what is said to make messages is there, and an element that no file names is not said to be sent', async (t) => {
  t.strictSame(SOURCES.filter((file) => !existsSync(join(root, file))), [])
  const silent = conformancePage(elements, describeErrorCode, () => '')
  const rows = rowsOf(section(silent, 'Elements'), /^\| \[`/)
  t.strictSame(rows.filter(([, , sent]) => sent !== ''), [])
  const one = conformancePage(elements, describeErrorCode, () => 'a.eci-x, threeDSServerTransIDs, transStatusReason: 1 /* acsURL */\n// eci')
  t.strictSame(rowsOf(section(one, 'Elements'), /^\| \[`/).filter(([, , sent]) => sent !== '').map(([link]) => /`(.+)`/.exec(link as string)?.[1]), ['transStatusReason'])
})

t.test('metrics: each has its row, and is named after its kind and unit', async (t) => {
  const all: readonly MetricDescription[] = Object.values(METRICS)
  t.strictSame(rowsOf(page('metrics'), /^\| `/).map(([name, type, help]) => [name, type, help]), all.map(({ name, type, help }) => [`\`${name}\``, type, `${help}.`]))
  t.equal(new Set(all.map(({ name }) => name)).size, all.length)
  for (const { name, type, help, labels } of all) {
    t.match(name, type === 'counter' ? /^[a-z_]+_total$/ : type === 'histogram' ? /^[a-z_]+_seconds$/ : /^(?!.*_(?:total|seconds)$)[a-z_]+$/)
    t.notMatch([help, ...Object.keys(labels)].join(), /\n|\b[Ii]ds?\b|\b[Pp][Aa][Nn]\b/, name)
    t.notOk('le' in labels, 'of histograms alone')
  }
  const alerts = [...page('metrics').matchAll(/^(?!\|).*$/gm)].flatMap(([line]) => [...line.matchAll(/`((?:threeds|api)_\w+)/g)].map(([, name]) => name))
  t.strictSame(alerts.filter((alert) => !all.some(({ name }) => name === alert)), [])
})
