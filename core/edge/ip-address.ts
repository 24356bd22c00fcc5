import type { DatastreamDefinition } from './definition.ts';

const V4 = /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/;
const V6 = /^[0-9a-f:]{2,45}$/i;
/** Groups of an IPv6 address that name a network and not a connection. */
const NETWORK_GROUPS = 3;

/** The fields of `environment` that keep an address, as far as the datastream wants it. */
export function obfuscatedAddress(
  address: string | undefined,
  obfuscation: DatastreamDefinition['ipObfuscation'],
): { readonly ipV4: string } | { readonly ipV6: string } | undefined {
  if (address === undefined || obfuscation === 'all') return undefined;
  const network = V4.exec(address)?.[1];
  if (network !== undefined) return { ipV4: obfuscation === 'none' ? address : `${network}.0` };
  if (!V6.test(address)) return undefined;
  return { ipV6: obfuscation === 'none' ? address : networkOf(address) };
}

/** `2001:db8:85a3::` of `2001:db8:85a3:8d3:1319:8a2e:370:7348`. */
function networkOf(address: string): string {
  const [head = ''] = address.split('::', 1);
  const groups = head.split(':').filter((group) => group !== '');
  return `${groups.slice(0, NETWORK_GROUPS).join(':')}::`;
}

/**
 * The caller's address as CloudFront says it, `198.51.100.10:46532` or `2001:db8::1:46532`: what stands before the port.
 * @returns undefined where nothing of the kind stands there
 */
export function viewerAddress(header: string | undefined): string | undefined {
  const end = header?.lastIndexOf(':') ?? -1;
  const address = end > 0 ? header!.slice(0, end) : undefined;
  return address !== undefined && (V4.test(address) || V6.test(address)) ? address : undefined;
}
