// A PRes of 100 000 card ranges: how long it takes against a bare Fastify that streams the same bytes, and what memory it takes.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median, post } from './load.js'
import { startBare, startMock } from './servers.js'

const RANGES = 100_000
const request = post('/ds', JSON.stringify({
  messageType: 'PReq', messageVersion: '2.2.0', threeDSServerTransID: '00000000-0000-4000-8000-000000000000', threeDSServerRefNumber: '3DS_LOA_SER_MOCK_020200_00001'
}))

/** Every second thousand of numbers, so that nothing can be joined. */
const ranges = () => Array.from({ length: RANGES }, (_, index) => ({
  start: String(4_000_000_000_000_000 + index * 2000),
  end: String(4_000_000_000_000_999 + index * 2000),
  acsProtocolVersions: [{ version: '2.1.0', acsInfoInd: ['01', '02'] }, { version: '2.2.0', acsInfoInd: ['01', '02', '03'], threeDSMethodURL: 'https://acs.example.test/method' }]
}))

/**
 * Asks once.
 * @param {number} port @param {(piece: Buffer) => void} [onPiece]
 * @returns {Promise<number>} milliseconds until all of it was there
 */
function ask (port, onPiece) {
  return new Promise((resolve, reject) => {
    const start = performance.now()
    let end = ''
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => { socket.write(request) })
    socket.on('error', reject).on('data', (piece) => {
      onPiece?.(piece)
      end = (end + piece.toString('latin1', Math.max(0, piece.length - 7))).slice(-7)
      if (end !== '\r\n0\r\n\r\n') return
      resolve(performance.now() - start)
      socket.destroy()
    })
  })
}

/** The most that a process has had of the machine since `forget`, MB. */
const peakOf = (/** @type {number} */ pid) => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
const forget = (/** @type {number} */ pid) => { writeFileSync(`/proc/${pid}/clear_refs`, '5') }

/**
 * @param {number} rounds
 * @returns {Promise<{ ratio: number, growth: number, megabytes: number, milliseconds: number }>} growth: peak of the memory beyond
 *   that before, MB
 */
export async function measureCardRanges (rounds) {
  const folder = mkdtempSync(join(tmpdir(), '3ds-mock-bench-'))
  const [source, stream] = [join(folder, 'ranges.json'), join(folder, 'pres.json')]
  writeFileSync(source, JSON.stringify(ranges()))
  const server = await startMock({ CARD_RANGES: source })
  const pres = await fetch(`http://127.0.0.1:${server.port}/ds`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: request.toString().split('\r\n\r\n')[1] ?? '' }).then((response) => response.text())
  if (JSON.parse(pres).cardRangeData?.length !== RANGES) throw new Error(`the PRes has not all ranges: ${pres.slice(0, 300)}`)
  writeFileSync(stream, pres)
  const base = await startBare('{}', { BENCH_STREAM: stream })
  for (let warm = 0; warm < 3; warm++) for (const { port } of [base, server]) await ask(port)
  /** @type {number[]} */ const ratios = []
  /** @type {number[]} */ const growths = []
  let milliseconds = 0
  for (let round = 0; round < rounds; round++) {
    const of = await ask(base.port)
    const before = server.rss()
    forget(server.pid)
    milliseconds = await ask(server.port)
    growths.push(peakOf(server.pid) - before)
    ratios.push(milliseconds / of)
  }
  await base.stop()
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
  return { ratio: median(ratios), growth: Math.max(...growths), megabytes: pres.length / 1e6, milliseconds }
}
