import { looksLikeDigest } from './digest.ts';

/** How a vendor wants an e-mail address before it is hashed; what no vendor says is left as it is. */
export interface EmailRules {
  /** Blanks inside: `remove` them, or `reject` the address. @default reject */
  readonly innerBlanks?: 'remove' | 'reject';
  /** Domains whose local parts lose their dots, and everything from `+` on, since the mailbox is the same without. */
  readonly sameMailbox?: readonly string[];
}

/** Google's own rule, as its libraries have it: the domain is kept. */
export const GMAIL_AND_GOOGLEMAIL: readonly string[] = ['gmail.com', 'googlemail.com'];

/**
 * An e-mail address as a vendor wants it: trimmed, lower-case, and by the vendor's further rules.
 * @returns undefined where it is no address: without `@` or with two, with an empty part, a digest
 */
export function normalEmail(
  address: string,
  { innerBlanks = 'reject', sameMailbox = [] }: EmailRules = {},
): string | undefined {
  const lower = address.trim().toLowerCase();
  if (looksLikeDigest(lower)) return undefined;
  const compact = innerBlanks === 'remove' ? lower.replace(/\s/g, '') : lower;
  if (/\s/.test(compact)) return undefined;
  const [local, domain, ...more] = compact.split('@');
  if (!local || !domain || more.length > 0) return undefined;
  if (!sameMailbox.includes(domain)) return compact;
  const mailbox = local.split('+', 1)[0]!.replaceAll('.', '');
  return mailbox === '' ? undefined : `${mailbox}@${domain}`;
}
