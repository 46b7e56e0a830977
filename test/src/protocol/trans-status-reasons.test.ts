import t from 'tap'
import { reasonFor } from '../../../src/protocol/trans-status-reasons.ts'
import { SUPPORTED_VERSIONS } from '../../../src/protocol/versions.ts'

const OF_210 = ['01', '02', '03', '04', '05', '06', '07', '08', '09', '10', '11', '12', '13', '14', '15', '16', '17', '18', '19', '20', '21']

t.test('a reason that came later is the nearest one before, emv3ds-protocol §7', async (t) => {
  //                     wanted  2.1.0  2.2.0  2.3.1
  const rows: ReadonlyArray<readonly [string, string, string, string]> = [
    ...OF_210.map((code) => [code, code, code, code] as const),
    ['22', '07', '22', '22'],
    ['23', '01', '23', '23'],
    ['24', '14', '24', '24'],
    ['25', '01', '25', '25'],
    ['26', '14', '26', '26'],
    ['27', '07', '07', '27'],
    ['28', '09', '09', '28'],
    ['29', '14', '26', '29'],
    ['30', '01', '23', '30'],
    ['31', '07', '07', '07'],
    ['79', '07', '07', '07'],
    ['80', '80', '80', '80'],
    ['99', '99', '99', '99'],
    ['00', '07', '07', '07'],
    ['', '07', '07', '07'],
    ['1', '07', '07', '07'],
    ['800', '07', '07', '07'],
    ['80\n', '07', '07', '07'],
    ['x', '07', '07', '07'],
    ['constructor', '07', '07', '07']
  ]
  for (const [wanted, ...expected] of rows) t.strictSame(SUPPORTED_VERSIONS.map((version) => reasonFor(version, wanted)), expected, JSON.stringify(wanted))
})
