import { BlockList, isIP } from 'node:net'

/** Tells whether the mock may call an address. */
export type OutboundPolicy = (url: URL) => boolean

/**
 * Which hosts may be called. A pattern is `*` (all), a name, `*.suffix`, an address, a CIDR range, or `single-label`
 * (names without a dot, as container networks give them). Only http and https are ever called.
 */
export function createOutboundPolicy (patterns: readonly string[]): OutboundPolicy {
  if (patterns.includes('*')) return isHttp
  const networks = new BlockList()
  const names = patterns.map((pattern) => pattern.toLowerCase()).filter((pattern) => !addNetwork(networks, pattern))
  return (url) => {
    if (!isHttp(url)) return false
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const family = isIP(host)
    if (family !== 0) return networks.check(host, family === 4 ? 'ipv4' : 'ipv6')
    return names.some((pattern) => nameMatches(host.replace(/\.$/, ''), pattern))
  }
}

function isHttp ({ protocol }: URL): boolean {
  return protocol === 'http:' || protocol === 'https:'
}

function addNetwork (networks: BlockList, pattern: string): boolean {
  const [address, prefix] = pattern.replace(/^\[|\]$/g, '').split('/') as [string, string | undefined]
  const family = isIP(address)
  if (family === 0) return false
  const type = family === 4 ? 'ipv4' : 'ipv6'
  if (prefix === undefined) networks.addAddress(address, type)
  else networks.addSubnet(address, Number(prefix), type)
  return true
}

function nameMatches (host: string, pattern: string): boolean {
  if (pattern === 'single-label') return !host.includes('.')
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern
}
