import t from 'tap'
import { isFarOff, readMoment } from '../../../src/protocol/moments.ts'

t.test('a moment is read as UTC, and there has to be one', async (t) => {
  t.equal(readMoment('20261120101500'), Date.UTC(2026, 10, 20, 10, 15))
  t.equal(readMoment('20240229235959'), Date.UTC(2024, 1, 29, 23, 59, 59))
  for (const text of ['', 'x', '20260431101500', '20261320101500', '20261120240000', '2026112010150', '2026-11-20T10:15:00Z', '20261120101500Z']) t.ok(Number.isNaN(readMoment(text)), text)
})

t.test('30 minutes off is not far, a second more is; what is no moment is not far off (emv3ds-protocol §3.12)', async (t) => {
  const now = Date.UTC(2026, 10, 20, 10, 15)
  for (const text of ['20261120094500', '20261120104500', '20261120101500', '20260431101500', 'x']) t.notOk(isFarOff(text, now), text)
  for (const text of ['20261120094459', '20261120104501', '20251120101500', '20271120101500']) t.ok(isFarOff(text, now), text)
})
