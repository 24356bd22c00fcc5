import type { IdentitySource } from '#core/catalog/reach/identity-sources.ts';
import type { ReachReport } from '#core/catalog/reach/measure-reach.ts';
import { table, tally } from './table.ts';

export function printReach({ profiles, isExact, destinations }: ReachReport): string {
  if (destinations.length === 0) return '';
  const of = isExact ? `all ${count(profiles)} profiles` : `a sample of ${count(profiles)} profiles`;
  const rows = destinations.map(({ destination, type, members, reached, excluded }) => [
    destination,
    type,
    members,
    reached,
    members === 0 ? '' : `${((100 * reached) / members).toFixed(0)} %`,
    tally(excluded),
  ]);
  const head = ['destination', 'type', 'members', 'would be sent', 'share', 'excluded'];
  const counted = profiles === 0 ? ['There are no profiles yet.'] : [`Of ${of}:`, table(head, rows)];
  return `${[...counted, ...destinations.flatMap(linesAbout)].join('\n')}\n`;
}

/** What a destination takes and who brings it, where somebody is not reached for want of it, or nobody is there to tell. */
function linesAbout({ destination, reached, excluded, identities }: ReachReport['destinations'][number]): string[] {
  const isShort = reached === 0 || (excluded.noAcceptedIdentity ?? 0) > 0;
  return isShort ? printSources(destination, identities) : [];
}

/** Which identities a destination takes, and which datasets bring them; nothing where it takes any. */
export function printSources(destination: string, identities: readonly IdentitySource[]): string[] {
  if (identities.length === 0) return [];
  const lines = identities.map(({ namespace, datasets }) => {
    const isOfMap = ({ field }: { readonly field: string }): boolean => field.startsWith('identityMap.');
    const fields = datasets.filter((each) => !isOfMap(each)).map(({ dataset, field }) => `${dataset} (${field})`);
    const maps = datasets.filter(isOfMap).map(({ dataset }) => dataset);
    const mayBe = maps.length > 0 ? [`may be in identityMap of ${maps.join(', ')}`] : [];
    return `  ${namespace}: ${[fields.join(', ') || 'no field of a dataset', ...mayBe].join('; ')}`;
  });
  const isBrought = identities.some(({ datasets }) => datasets.length > 0);
  const missing = isBrought
    ? []
    : [
        `  Nobody can be sent to "${destination}": give a field of a schema an identity descriptor of one of these namespaces.`,
      ];
  return [`"${destination}" takes identities of these namespaces, which come from:`, ...lines, ...missing];
}

const count = (n: number): string => n.toLocaleString('en-US');
