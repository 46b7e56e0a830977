import t from 'tap'
import { build } from './setup/app.ts'
import { browserRequest } from './setup/requests.ts'
const app = await build(t, {})
const id = '3f6b1c52-7d0e-4a61-9b1f-2c9d5e7a8013'
async function raw (url: string, payload: any, headers: any = { 'content-type': 'application/json' }) {
  const r = await app.inject({ method: 'POST', url, headers, payload })
  console.log(url, String(payload).slice(0, 60), '->', r.statusCode, r.body.slice(0, 600))
}
for (const url of ['/3ds/version', '/3ds/authenticate', '/3ds/results', '/3ds/final']) {
  for (const p of ['null', '[]', '"x"', '1', '', '{}', '{"__proto__":{}}', '{"constructor":{"prototype":{}}}', '{"a":']) await raw(url, p)
  await raw(url, undefined, {})
  await raw(url, '{}', { 'content-type': 'text/plain' })
  await raw(url, '{}', { 'content-type': 'application/vnd.x+json' })
}
const deep = '['.repeat(500000) + ']'.repeat(500000)
await raw('/3ds/authenticate', JSON.stringify({ ...browserRequest(id), acctInfo: 'DEEP' }).replace('"DEEP"', deep))
await raw('/3ds/authenticate', JSON.stringify({ ...browserRequest(id), threeDSServerTransID: '{' + id }))
await raw('/3ds/authenticate', JSON.stringify({ ...browserRequest(id), threeDSServerTransID: '3f6b1c527d0e-4a61-9b1f-2c9d5e7a8013' }))
await raw('/3ds/authenticate', JSON.stringify({ ...browserRequest(id), purchase: { purchaseAmount: 1e300, purchaseCurrency: '978' } }))
await raw('/3ds/authenticate', JSON.stringify({ ...browserRequest(id), cardholder: { addrMatch: 1, cardholderName: 1, email: 1, homePhone: 1, mobilePhone: 1, workPhone: 1 }, purchase: { purchaseAmount: 'x', purchaseCurrency: 1, purchaseExponent: 'x', purchaseDate: 1, transType: 1 } }))
