import { z } from 'zod';
import type { MembershipChange } from '#core/activation/delivery.ts';
import { type Identity, identityKey } from '#core/record/identity.ts';

/** One line of a file of membership changes: somebody entered or left a segment. */
export interface ChangeLine {
  readonly change: MembershipChange;
  readonly identities: readonly Identity[];
  /** Nested, or by dotted path; as in a profile. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface ChangeProblem {
  /** From 1. */
  readonly line: number;
  /** What is wrong and what was expected; values of people are not repeated. */
  readonly message: string;
}

const instant = z.iso.datetime({ offset: true, error: 'expected a time such as "2026-03-01T10:00:00Z"' });
const identityItem = z.looseObject(
  { id: z.string({ error: 'expected a text' }).refine((id) => id.trim() !== '', 'expected a text that is not empty') },
  { error: 'expected an object such as {"id":"C1"}' },
);

const line = z.looseObject(
  {
    segmentId: z.string({ error: 'expected the id of a segment' }).min(1, 'expected the id of a segment'),
    status: z.enum(['realized', 'existing', 'exited'], { error: 'expected "realized" or "exited"' }),
    lastQualificationTime: instant,
    identityMap: z.record(z.string(), z.array(identityItem, { error: 'expected a list of {"id"}' }), {
      error: 'expected an object such as {"ecid":[{"id":"…"}]}',
    }),
    attributes: z.record(z.string(), z.unknown(), { error: 'expected an object' }).optional(),
  },
  { error: 'expected an object' },
);

/**
 * Reads membership changes from NDJSON: `{segmentId, status, lastQualificationTime, identityMap, attributes?}` a line.
 * `existing`, the older name for a member who was one before, is read as `realized`. A line that cannot be read is named
 * and left out; the others are not concerned.
 * @param namespaces codes; the keys of an `identityMap` may be written in any case, as in AEP's own answers (aep.md §1.2)
 */
export function readChanges(
  text: string,
  namespaces: Iterable<string>,
): { changes: ChangeLine[]; problems: ChangeProblem[] } {
  const codes = new Map<string, string>();
  for (const code of namespaces) if (!codes.has(code.toLowerCase())) codes.set(code.toLowerCase(), code);
  const known = new Set(namespaces);
  const codeOf = (key: string): string | undefined => (known.has(key) ? key : codes.get(key.toLowerCase()));

  const changes: ChangeLine[] = [];
  const problems: ChangeProblem[] = [];
  for (const [index, written] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    if (written.trim() === '') continue;
    const read = readLine(written, codeOf);
    if (typeof read === 'string') problems.push({ line: index + 1, message: read });
    else changes.push(read);
  }
  return { changes, problems };
}

function readLine(written: string, codeOf: (key: string) => string | undefined): ChangeLine | string {
  let value: unknown;
  try {
    value = JSON.parse(written);
  } catch {
    return 'this is not JSON; expected one object a line';
  }
  const parsed = line.safeParse(value);
  if (!parsed.success) return parsed.error.issues.map(describe).join('; ');
  const { segmentId, status, lastQualificationTime, identityMap, attributes = {} } = parsed.data;
  const identities = new Map<string, Identity>();
  for (const [key, items] of Object.entries(identityMap)) {
    const namespace = codeOf(key);
    if (namespace === undefined) {
      return `identityMap.${key}: the catalog has no namespace of this code; add it to namespaces/, or fix the key`;
    }
    for (const { id } of items) identities.set(identityKey({ namespace, value: id }), { namespace, value: id });
  }
  const change: MembershipChange = {
    segmentId,
    status: status === 'exited' ? 'exited' : 'realized',
    lastQualificationTime: Date.parse(lastQualificationTime),
  };
  return { change, identities: [...identities.values()], attributes };
}

const describe = ({ path, message }: z.core.$ZodIssue): string =>
  path.length === 0 ? message : `${path.join('.')}: ${message}`;
