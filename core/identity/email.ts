/** As nearly all addresses are: in their normal form already. */
const PLAIN = /^[a-z0-9._%+-]{1,64}@(?:[a-z0-9-]{1,63}\.)+[a-z]{2,63}$/;
const MAX_LENGTH = 254;
/** White space, and what stands between several addresses or around one. */
const LOCAL_PART = /^[^\s,;:<>()[\]\\"]{1,64}$/;
const LABEL = /^[\p{L}\p{M}\p{N}_-]{1,63}$/u;
const TOP_LEVEL = /^(?:xn--[a-z0-9-]{1,59}|[\p{L}\p{M}]{2,63})$/u;
const ONLY_ASCII = /^[\x20-\x7e]*$/;

/**
 * An e-mail address as it is compared: without white space around it, `mailto:` and characters that nobody sees, in
 * Unicode's form NFC and in lower case (aep.md §3.1, §6.4).
 * @returns undefined for what is no address that mail could be sent to: no `@` or several, another host than a domain
 */
export function normalEmail(text: string): string | undefined {
  if (text.length <= MAX_LENGTH && PLAIN.test(text)) return text;
  // Longer ones may have white space around them.
  const trimmed = text.trim();
  if (trimmed.length > 2 * MAX_LENGTH) return undefined;
  const address = lower(trimmed).replace(/^mailto:/, '');
  if (address.length <= MAX_LENGTH && PLAIN.test(address)) return address;
  const [local, domain, ...more] = address.split('@');
  if (domain === undefined || more.length > 0 || address.length > MAX_LENGTH) return undefined;
  return LOCAL_PART.test(local!) && isDomain(domain) ? address : undefined;
}

function lower(text: string): string {
  if (ONLY_ASCII.test(text)) return text.toLowerCase();
  return text
    .replaceAll(/\p{Cf}/gu, '')
    .trim()
    .normalize('NFC')
    .toLowerCase()
    .normalize('NFC');
}

function isDomain(domain: string): boolean {
  const labels = domain.split('.');
  return labels.length > 1 && labels.every((label) => LABEL.test(label)) && TOP_LEVEL.test(labels.at(-1)!);
}
