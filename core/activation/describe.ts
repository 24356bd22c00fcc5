import { z } from 'zod';
import type { AcceptedIdentities, Capabilities, Category, DestinationType } from './destination-type.ts';
import { isForms } from './normalise/forms.ts';
import { type ProfileDestination, TYPES } from './registry.ts';

/** A type of destination, in words. */
export interface TypeDescription {
  readonly type: string;
  readonly title: string;
  readonly category: Category;
  readonly summary: string;
  readonly delivery: 'requests' | 'files';
  readonly capabilities: Capabilities & { readonly update: boolean };
  /** What is sent of identities, one line each. */
  readonly identities: readonly string[];
  /** Consents without which nobody is sent, as paths below `consents`. */
  readonly consents: readonly string[];
  /** What one request may hold, and how many there may be; of files nothing. */
  readonly limits: readonly string[];
  readonly membershipDays?: number;
  /** Keys of the secret → what they are. */
  readonly credentials: Readonly<Record<string, string>>;
  readonly setUp: readonly string[];
  /** A file of the catalog, as it may be written. */
  readonly example: Readonly<Record<string, unknown>>;
  /** JSON Schema of what users write in the catalog. */
  readonly schema: object;
}

type AnyType = DestinationType<ProfileDestination>;

/** The type in words, or undefined where there is none of the name. What depends on a destination is that of the example. */
export function describeType(name: string): TypeDescription | undefined {
  const type = TYPES.get(name);
  if (!type) return undefined;
  const written = { ...type.example, type: type.name, segments: ['cart-abandoners'] };
  const destination = type.definition.parse(written);
  const days = type.membershipDays?.(destination);
  return {
    type: type.name,
    title: type.title,
    category: type.category,
    summary: type.summary,
    delivery: type.delivery,
    capabilities: { ...type.capabilities, update: type.sendsUpdates(destination) },
    identities: identitiesInWords(type.identities(destination)),
    consents: type.consents?.(destination) ?? [],
    limits: limitsInWords(type, destination),
    ...(days !== undefined && { membershipDays: days }),
    credentials: type.credentials,
    setUp: type.setUp,
    example: written,
    schema: z.toJSONSchema(type.definition, { io: 'input', unrepresentable: 'any' }),
  };
}

function identitiesInWords(accepted: AcceptedIdentities): string[] {
  if (accepted === 'all') return ['all identities of the profile'];
  if (accepted === 'one') return ['one that stands for the profile'];
  if (!isForms(accepted)) return accepted.map((namespace) => `${namespace}`);
  return accepted.forms.map(({ form, from }) => {
    const made = Object.entries(from).map(([namespace, { how }]) => `${namespace} (${how})`);
    return `${form}: ${made.join('; ')}`;
  });
}

function limitsInWords(type: AnyType, destination: ProfileDestination): string[] {
  if (type.delivery === 'files') return [];
  const { rows, bytes, perSecond } = type.limits(destination);
  return [
    `${rows.toLocaleString('en-US')} a request`,
    ...(bytes === undefined ? [] : [`${bytes.toLocaleString('en-US')} bytes a request`]),
    ...(perSecond === undefined ? [] : [`${perSecond.toLocaleString('en-US')} requests a second`]),
  ];
}

const HEAD = ['Type', 'Title', 'Category', 'Identities', 'Exit', 'Updates', 'Deletes', 'Audiences', 'Limits'];

/** All registered types as a table in Markdown, for docs/destinations.md. */
export function typesTable(): string {
  const rows = [...TYPES.keys()].sort().map((name) => {
    const { type, title, category, identities, capabilities, limits } = describeType(name)!;
    return [
      `[\`${type}\`](../core/activation/destinations/${type}/README.md)`,
      title,
      category,
      identities.map((line) => line.split(':', 1)[0]!).join(', '),
      capabilities.exit ? 'yes' : 'no',
      capabilities.update ? 'yes' : 'no',
      capabilities.deletion ? 'yes' : 'no',
      capabilities.audiences,
      limits.join(', ') || 'files',
    ];
  });
  const widths = HEAD.map((head, i) => Math.max(...[head, ...rows.map((row) => row[i]!)].map((text) => text.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`;
  return [line(HEAD), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
