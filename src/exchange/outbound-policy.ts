import { BlockList, isIP } from 'node:net'

/** Tells whom the mock may call. */
export interface OutboundPolicy {
  /** Whether an address may be called at all, by what it says. Only http and https ever may. */
  allows (url: URL): boolean
  /**
   * Whether a host that may be called may be reached where its name leads: a name can lead anywhere.
   * @param host as the URL has it
   * @param address IPv4 or IPv6, with a zone or without
   */
  allowsAddress (host: string, address: string): boolean
}

/**
 * Where clouds tell a machine its credentials: the link-local networks, and the addresses that Alibaba, Oracle, Azure, AWS
 * and Google put elsewhere.
 */
const METADATA_IPV4 = ['169.254.0.0/16', '100.100.100.200/32', '192.0.0.192/32', '168.63.129.16/32']
const METADATA_NETWORKS = [...METADATA_IPV4, ...METADATA_IPV4.flatMap(embeddedIn), 'fe80::/10', 'fd00:ec2::254', 'fd20:ce::254']
/** A host with one of these among its labels is such a place: `metadata.google.internal`, `instance-data.ec2.internal`. */
const METADATA_LABELS = new Set(['metadata', 'instance-data'])

const metadata = networksOf(METADATA_NETWORKS)

/**
 * Which hosts may be called. A pattern is `*` (all), a name, `*.suffix`, an address, a CIDR range, or `single-label`
 * (names without a dot, as container networks give them). Cloud metadata is out of reach of suffixes, ranges and
 * `single-label`: the name or the address itself must be listed, or `*`.
 * @param patterns in lower case, as `OUTBOUND_ALLOW` is read
 * @returns the policy; an empty list allows nothing
 */
export function createOutboundPolicy (patterns: readonly string[]): OutboundPolicy {
  if (patterns.includes('*')) return { allows: isHttp, allowsAddress: () => true }
  const networks = networksOf(patterns)
  const addresses = networksOf(patterns.filter((pattern) => !pattern.includes('/')))
  const names = patterns.map((pattern) => plain(pattern.toLowerCase()))
  const mayReach = (address: string): boolean => !contains(metadata, address) || contains(addresses, address)
  return {
    allows (url) {
      const host = plain(url.hostname)
      if (!isHttp(url)) return false
      if (isIP(host) !== 0) return contains(networks, host) && mayReach(host)
      return names.some((pattern) => isMetadata(host) ? host === pattern : nameMatches(host, pattern))
    },
    allowsAddress: (host, address) => mayReach(address) || (isMetadata(plain(host)) && names.includes(plain(host)))
  }
}

function isHttp ({ protocol }: URL): boolean {
  return protocol === 'http:' || protocol === 'https:'
}

/** @returns a host without the brackets of an IPv6 address and without the dot that ends a whole name. */
function plain (host: string): string {
  return host.replace(/^\[|\]$|\.$/g, '')
}

/** @returns the IPv6 networks that lead to an IPv4 network: NAT64 (RFC 6052) and 6to4 (RFC 3056). */
function embeddedIn (network: string): string[] {
  const [address, prefix] = network.split('/') as [string, string]
  const [a, b, c, d] = address.split('.').map((byte) => Number(byte).toString(16).padStart(2, '0')) as [string, string, string, string]
  return [`64:ff9b::${a}${b}:${c}${d}/${96 + Number(prefix)}`, `2002:${a}${b}:${c}${d}::/${16 + Number(prefix)}`]
}

/** @returns the addresses and ranges among the patterns. */
function networksOf (patterns: readonly string[]): BlockList {
  const networks = new BlockList()
  for (const pattern of patterns) {
    const [address, prefix] = pattern.replace(/[[\]]/g, '').split('/') as [string, string | undefined]
    const family = isIP(address)
    if (family === 0) continue
    networks.addSubnet(address, Number(prefix ?? (family === 4 ? 32 : 128)), family === 4 ? 'ipv4' : 'ipv6')
  }
  return networks
}

function contains (networks: BlockList, address: string): boolean {
  const [bare] = address.split('%', 1) as [string]
  return networks.check(bare, isIP(bare) === 4 ? 'ipv4' : 'ipv6')
}

function isMetadata (host: string): boolean {
  return host.split('.').some((label) => METADATA_LABELS.has(label))
}

function nameMatches (host: string, pattern: string): boolean {
  if (pattern === 'single-label') return !host.includes('.')
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern
}
