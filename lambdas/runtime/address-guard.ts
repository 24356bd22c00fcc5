import { BlockList, isIP, type LookupFunction } from 'node:net';

/**
 * Addresses that a destination's URL must not lead to (docs/architecture.md, "Hostile input"): this machine, private
 * networks, link-local ones (where clouds keep credentials), and everything else that is no public unicast address.
 */
const INSIDE_V4: readonly [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

/** Of IPv6 only global unicast (2000::/3) may be reached, without what tunnels to IPv4 or documents. */
const OUTSIDE_V6: readonly [string, number][] = [['2000::', 3]];
const INSIDE_V6: readonly [string, number][] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

function blockList(family: 'ipv4' | 'ipv6', subnets: readonly [string, number][]): BlockList {
  const list = new BlockList();
  for (const [address, prefix] of subnets) list.addSubnet(address, prefix, family);
  return list;
}

const insideV4 = blockList('ipv4', INSIDE_V4);
const insideV6 = blockList('ipv6', INSIDE_V6);
const outsideV6 = blockList('ipv6', OUTSIDE_V6);

/** Whether an IP address is a public one. What is no IP address is not. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !insideV4.check(address, 'ipv4');
  if (family === 6) return outsideV6.check(address, 'ipv6') && !insideV6.check(address, 'ipv6');
  return false;
}

/** The code of the error where a name leads inside. */
export const BLOCKED = 'ERR_PRIVATE_ADDRESS';

/** A lookup that fails if any of the addresses found lies inside. */
export function guarded(lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, options, (error, address, family) => {
      if (error) return callback(error, address, family);
      const found = typeof address === 'string' ? [address] : address.map((each) => each.address);
      if (found.length > 0 && found.every(isPublicAddress)) return callback(null, address, family);
      const rejected = new Error(`"${hostname}" leads to an address that is not public`);
      callback(Object.assign(rejected, { code: BLOCKED }), address, family);
    });
  };
}
