import { createLogger } from './plugins/logger.ts'
import { openSync } from 'node:fs'
import { pino } from 'pino'
const out = pino.destination({ dest: openSync('/dev/null', 'w'), sync: false, minLength: 4096 })
const mine = await createLogger({ level: 'info', pretty: false, destination: out as any })
const plain = pino({ level: 'info', base: null }, out)
const iso = pino({ level: 'info', base: null, timestamp: pino.stdTimeFunctions.isoTime }, out)
const hook = pino({ level: 'info', base: null, hooks: { streamWrite: (l) => /\d{13,}/.test(l) ? 'x' : l } }, out)
const fmt = pino({ level: 'info', base: null, formatters: { log: (o) => o } }, out)
const line = () => ({ method: 'GET', path: '/3ds/authenticate', status: 200, ms: 0.123, threeDSServerTransID: '8a880dc0-d2d2-4067-bcb1-b08d1690b26e', acsTransID: '8a880dc0-d2d2-4067-bcb1-b08d1690b26e' })
const loggers: Record<string, any> = { plain, iso, hook, fmt, mine, mineChild: mine.child({ reqId: 'x' }) }
for (let round = 0; round < 4; round++) for (const name of Object.keys(loggers)) {
  const before = process.cpuUsage()
  for (let i = 0; i < 50000; i++) { loggers[name].info(line(), 'request'); if (i % 50 === 0) await new Promise(setImmediate) }
  const { user, system } = process.cpuUsage(before)
  if (round === 3) console.log(name.padEnd(12), ((user + system) / 50000).toFixed(2))
}
