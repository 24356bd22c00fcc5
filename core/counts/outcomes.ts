import { RARE_COUNTS, rareCounts } from '#core/pipeline/counts.ts';
import type { OutcomeCounts } from '#core/record/operations.ts';

/** What became of records, as numbers with a name each: tallies carry their reason in the name. */
const REJECTION = 'rejection:';
const WITHOUT_PROFILE = 'withoutProfile:';
const GRAPH_REJECTION = 'graphRefusal:';
const IDENTITY_OMITTED = 'identityOmitted:';
const VALUE_OMITTED = 'valueOmitted:';

/** @param prefix before each name */
export const writeOutcomes = (counts: OutcomeCounts, prefix = ''): Record<string, number> => ({
  [`${prefix}accepted`]: counts.accepted,
  [`${prefix}rejected`]: counts.rejected,
  [`${prefix}duplicate`]: counts.duplicate,
  ...withPrefix(prefix, rareCounts(counts)),
  ...withPrefix(prefix + REJECTION, counts.rejections),
  ...withPrefix(prefix + WITHOUT_PROFILE, counts.withoutProfile),
  ...withPrefix(prefix + GRAPH_REJECTION, counts.graphRejections),
  ...withPrefix(prefix + IDENTITY_OMITTED, counts.identitiesOmitted),
  ...withPrefix(prefix + VALUE_OMITTED, counts.valuesOmitted),
});

/** The other way round; numbers of other names are passed over. */
export function readOutcomes(numbers: Readonly<Record<string, number>>, prefix = ''): OutcomeCounts {
  const tally = (kind: string): Record<string, number> =>
    Object.fromEntries(
      Object.entries(numbers).flatMap(([name, number]) =>
        name.startsWith(prefix + kind) ? [[name.slice(prefix.length + kind.length), number] as const] : [],
      ),
    );
  return {
    accepted: numbers[`${prefix}accepted`] ?? 0,
    rejected: numbers[`${prefix}rejected`] ?? 0,
    duplicate: numbers[`${prefix}duplicate`] ?? 0,
    rejections: tally(REJECTION),
    withoutProfile: tally(WITHOUT_PROFILE),
    graphRejections: tally(GRAPH_REJECTION),
    ...rareCounts(Object.fromEntries(RARE_COUNTS.map((name) => [name, numbers[prefix + name]]))),
    identitiesOmitted: tally(IDENTITY_OMITTED),
    valuesOmitted: tally(VALUE_OMITTED),
  };
}

const withPrefix = (prefix: string, tally: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(tally).map(([reason, count]) => [prefix + reason, count]));
