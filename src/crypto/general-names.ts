import { isIP } from 'node:net'
import { element } from './der.ts'

/**
 * A name that a certificate is for, RFC 5280 §4.2.1.6.
 * @param host an ASCII host name, an IPv4 address, or an IPv6 address without brackets
 * @returns dNSName or iPAddress, DER
 */
export function generalName (host: string): Buffer {
  const family = isIP(host)
  if (family === 0) return element(0x82, Buffer.from(host.replace(/\.$/, '').toLowerCase(), 'ascii'))
  return element(0x87, family === 4 ? Buffer.from(host.split('.').map(Number)) : ipv6Octets(host))
}

function ipv6Octets (address: string): Buffer {
  // As a URL writes it there are only hex groups, and at most one gap.
  const [before = '', after] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const groups = (text: string): string[] => text.split(':').filter((group) => group !== '')
  const [head, tail] = [groups(before), groups(after ?? '')]
  const whole = [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail]
  return Buffer.from(whole.map((group) => group.padStart(4, '0')).join(''), 'hex')
}
