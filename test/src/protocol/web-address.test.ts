import t from 'tap'
import { isWebAddress } from '../../../src/protocol/web-address.ts'

t.test('a browser may be sent to http and https', async (t) => {
  for (const address of ['https://shop.test/return', 'http://localhost:3000', 'HTTPS://SHOP.TEST/?a=b#c', 'http://[::1]:80/', 'https://münchen.test/', 'https://shop.test/@a:b?c@d#e@f', 'https://shop.test?http:x', `https://shop.test/${'a'.repeat(2030)}`]) {
    t.equal(isWebAddress(address), true)
  }
})

t.test('a browser may not be sent anywhere else, nor where control characters could break out', async (t) => {
  const refused = [
    'javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'ftp://shop.test/', '//shop.test', '/return', 'shop.test', '', 'https://', 'https:// shop.test',
    'https://shop.test/\r\nSet-Cookie: a=b', 'https://shop.test/\u0000', 'https://shop.test/a b', 'java\nscript:alert(1)', ' https://shop.test', 'https://shop.test/\u2028', 'https://shop.test/\u0085',
    'http:evil', 'https:shop.test', 'http:/shop.test', 'https:///shop.test', 'https://?a', 'https://#a', 'https:\\\\shop.test', 'https:/\\shop.test', 'https://shop.test\\@evil.test', 'https://shop.test/a\\b',
    'https://user:pass@shop.test/', 'https://user@shop.test', 'https://@shop.test', 'https://shop.test@evil.test/', 'https://[::1', 'https://a:99999', 'https://\u0000', 'ahttp://shop.test',
    `https://shop.test/${'a'.repeat(2031)}`, undefined, null, 5, {}, ['https://shop.test']
  ]
  t.strictSame(refused.filter(isWebAddress), [])
})
