import t from 'tap'
import { loadConfig } from '../../../src/config.ts'
import { createOutboundPolicy } from '../../../src/exchange/outbound-policy.ts'

/** @returns those of the addresses that may be called */
function allowed (patterns: readonly string[], addresses: readonly string[]): string[] {
  const policy = createOutboundPolicy(patterns)
  return addresses.filter((address) => policy.allows(new URL(address)))
}

const HERE = [
  'http://localhost:3000/', 'https://LOCALHOST/', 'http://shop.localhost', 'http://127.0.0.1', 'http://127.255.255.254', 'http://[::1]:8080/',
  // Other ways of writing 127.0.0.1.
  'http://127.1', 'http://2130706433', 'http://0x7f000001', 'http://017700000001', 'http://0x7f.0.0.1', 'http://127.0.0.1./', 'http://１２７.0.0.1/', 'http://[::ffff:127.0.0.1]', 'http://[::ffff:7f00:1]',
  // Names that no public resolver has, and those of container networks.
  'http://shop.test', 'https://a.b.test/path', 'http://shop.test./', 'http://SHOP.TEST', 'http://printer.local', 'http://db.internal', 'http://a.example', 'http://shop:3000', 'http://shop.'
]
const ELSEWHERE = [
  'http://shop.com', 'http://test.com', 'http://shop.test.com', 'http://localhost.com', 'http://notlocalhost.co', 'http://shop.test..', 'http://localhost%2ecom', 'http://127.0.0.1.com',
  'http://10.0.0.1', 'http://192.168.1.1', 'http://169.254.169.254/latest/', 'http://0.0.0.0', 'http://8.8.8.8', 'http://[::]', 'http://[fe80::1]', 'http://[fd00::1]', 'http://[2001:db8::1]',
  // Other ways of writing 10.0.0.1 and 169.254.169.254.
  'http://167772161', 'http://0xa9fea9fe', 'http://012.0.0.1', 'http://10.1', 'http://[::ffff:10.0.0.1]', 'http://[::ffff:a9fe:a9fe]', 'http://[::7f00:1]'
]
const NOT_HTTP = ['ftp://localhost/', 'file:///etc/passwd', 'ws://localhost', 'javascript:alert(1)', 'data:text/plain,x']

t.test('by default only this machine and private test names may be called, in every way of writing them', async (t) => {
  const { outboundAllow } = loadConfig({}).config
  t.strictSame(allowed(outboundAllow, HERE), HERE)
  t.strictSame(allowed(outboundAllow, ELSEWHERE), [])
  t.strictSame(allowed(outboundAllow, NOT_HTTP), [])
})

t.test('* allows every host, but only with http and https', async (t) => {
  t.strictSame(allowed(['shop.test', '*'], [...HERE, ...ELSEWHERE]), [...HERE, ...ELSEWHERE])
  t.strictSame(allowed(['*'], NOT_HTTP), [])
})

const METADATA_ADDRESSES = [
  'http://169.254.169.254/latest/', 'http://169.254.0.1', 'http://169.254.255.255', 'http://169.254.169.254./', 'http://2852039166', 'http://0xa9fea9fe', 'http://0251.0376.0251.0376', 'http://169.254.43518',
  'http://[::ffff:169.254.169.254]', 'http://[::ffff:a9fe:a9fe]', 'http://[64:ff9b::169.254.169.254]', 'http://[fe80::1]', 'http://[febf:ffff::1]', 'http://[fd00:ec2::254]', 'http://[FD00:0EC2::0254]', 'http://[fd20:ce::254]',
  'http://100.100.100.200', 'http://192.0.0.192', 'http://168.63.129.16',
  'http://[64:ff9b::a83f:8110]', 'http://[64:ff9b::6464:64c8]', 'http://[2002:a9fe:a9fe::]', 'http://[2002:a83f:8110:1::1]'
]
const METADATA_NAMES = [
  'http://metadata', 'http://METADATA./', 'http://metadata.google.internal/computeMetadata/v1/', 'http://Metadata.Google.Internal.', 'http://metadata%2egoogle%2einternal', 'http://metadata.internal', 'http://a.metadata.internal',
  'http://ｍetadata', 'http://instance-data', 'http://instance-data.ec2.internal', 'http://metadata.local'
]

t.test('suffixes, ranges and single-label do not allow cloud metadata addresses and names', async (t) => {
  const { outboundAllow } = loadConfig({}).config
  t.strictSame(allowed(outboundAllow, [...METADATA_ADDRESSES, ...METADATA_NAMES]), [])
  t.strictSame(allowed(['0.0.0.0/0', '[::]/0', '169.254.0.0/16', 'fe80::/10', '*.google.internal', '*.internal', '*.local', 'single-label'], [...METADATA_ADDRESSES, ...METADATA_NAMES]), [])
  t.strictSame(allowed(['0.0.0.0/0', '[::]/0'], ['http://169.253.0.1', 'http://169.255.0.1', 'http://[fec0::1]', 'http://100.100.100.201', 'http://[64:ff9b::a83f:8111]', 'http://[2002:a9ff::1]']).length, 6, 'its neighbours are not')
  t.strictSame(allowed(['*'], [...METADATA_ADDRESSES, ...METADATA_NAMES]).length, METADATA_ADDRESSES.length + METADATA_NAMES.length)
})

t.test('a cloud metadata address or name that is listed itself may be called, in every way of writing it', async (t) => {
  t.equal(allowed(['169.254.169.254'], METADATA_ADDRESSES).length, 8, 'however it is written')
  t.strictSame(allowed(['[fd00:ec2::254]', '100.100.100.200'], METADATA_ADDRESSES), ['http://[fd00:ec2::254]', 'http://[FD00:0EC2::0254]', 'http://100.100.100.200'])
  t.strictSame(allowed(['Metadata.google.internal', 'metadata.'], METADATA_NAMES), ['http://metadata', 'http://METADATA./', ...METADATA_NAMES.filter((name) => /google/i.test(name)), 'http://ｍetadata'])
})

t.test('a name that resolves to a cloud metadata address may not be called there, unless name or address is listed itself', async (t) => {
  const leads = (patterns: string[], host: string, address: string) => createOutboundPolicy(patterns).allowsAddress(host, address)
  for (const address of ['169.254.169.254', '::ffff:169.254.169.254', 'fe80::1', 'fe80::1%eth0', 'fd00:ec2::254', '100.100.100.200']) {
    t.notOk(leads(['*.test', 'shop.test'], 'shop.test', address), address)
    t.ok(leads(['*'], 'shop.test', address))
    t.ok(leads(['*.test', address.replace(/^::ffff:|%.*/g, '')], 'shop.test', address))
    t.ok(leads(['metadata.test'], 'Metadata.test.'.toLowerCase(), address))
    t.notOk(leads(['*.test'], 'metadata.test', address))
  }
  for (const address of ['127.0.0.1', '10.0.0.1', '8.8.8.8', '::1', '2001:db8::1']) t.ok(leads(['*.test'], 'shop.test', address), address)
})

t.test('an empty list allows no host', async (t) => {
  t.strictSame(allowed([], [...HERE, ...ELSEWHERE]), [])
})

t.test('a name allows that name, *.suffix the names below it, single-label every name without a dot', async (t) => {
  const addresses = ['http://shop.test', 'http://a.shop.test', 'http://b.a.shop.test', 'http://myshop.test', 'http://shop', 'http://test', 'http://1.2.3.4']
  t.strictSame(allowed(['Shop.Test'], addresses), ['http://shop.test'])
  t.strictSame(allowed(['*.shop.test'], addresses), ['http://a.shop.test', 'http://b.a.shop.test'])
  t.strictSame(allowed(['single-label'], addresses), ['http://shop', 'http://test'])
})

t.test('an address allows that address, a CIDR range its network, in IPv4 and IPv6', async (t) => {
  const addresses = ['http://10.0.0.1', 'http://10.9.8.7', 'http://11.0.0.1', 'http://[fd00::1]', 'http://[fd12::1]', 'http://[fe00::1]', 'http://[::ffff:10.0.0.1]', 'http://10.0.0.1.test']
  t.strictSame(allowed(['10.0.0.0/8'], addresses), ['http://10.0.0.1', 'http://10.9.8.7', 'http://[::ffff:10.0.0.1]'])
  t.strictSame(allowed(['10.0.0.1', '[fd00::1]'], addresses), ['http://10.0.0.1', 'http://[fd00::1]', 'http://[::ffff:10.0.0.1]'])
  t.strictSame(allowed(['fd00::/8', '[fe00::1]'], addresses), ['http://[fd00::1]', 'http://[fd12::1]', 'http://[fe00::1]'])
})
