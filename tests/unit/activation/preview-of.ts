import { destinationDefinition } from '#core/activation/definition.ts';
import { readChanges } from '#core/activation/preview/changes.ts';
import { type Preview, preview } from '#core/activation/preview/preview.ts';
import { STANDARD_NAMESPACES } from '#core/identity/namespaces.ts';
import { NOW } from './factories.ts';

export const CODES: readonly string[] = ['CRMID', ...STANDARD_NAMESPACES.map(({ code }) => code)];
const RULES = {
  links: {
    rank: () => 1,
    isUnique: () => false,
    typeOf: () => 'CROSS_DEVICE' as const,
    isBlocked: () => false,
    limit: 50,
  },
  mergePolicy: {
    id: 'd',
    default: true,
    identityGraph: { type: 'pdg' as const },
    attributeMerge: { type: 'timestampOrdered' as const },
  },
};

export const text = (lines: readonly unknown[]): string =>
  lines.map((each) => (typeof each === 'string' ? each : JSON.stringify(each))).join('\n');

/** A preview of what changes, as they stand in a file, cause at a destination as users write it. */
export function previewOf(
  definition: Record<string, unknown>,
  lines: readonly unknown[],
  now = NOW,
): Preview & { readonly problems: readonly { readonly line: number; readonly message: string }[] } {
  const destination = destinationDefinition.parse({ id: 'd', segments: ['A1', 'A2'], ...definition });
  const { changes, problems } = readChanges(text(lines), CODES);
  return { ...preview(destination, changes, RULES, now), problems };
}
