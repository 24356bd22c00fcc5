import { stepsFrom } from '#core/identity/link-paths.ts';
import type { Link, RemovedLink } from '#core/identity/linking-rules.ts';
import type { Explanation } from '#core/profile/links/explain.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { sections } from './print-stage.ts';
import { table } from './table.ts';

/** Why an identity is on its profile, for people. */
export function printExplanation({ identity, profile, identities, links, path, removed }: Explanation): string {
  const alone = identities.length === 1;
  const summary = alone
    ? `  ${identity} is linked to nothing: it is a profile of its own.`
    : `  ${identity} is one of ${identities.length} identities of the profile ${profile}.`;
  return sections([
    ['Profile', summary],
    path.length > 0 && ['Because of', printLinks(path, profile)],
    !alone && ['Identities', identities.map((key) => `  ${key}`).join('\n')],
    links.length > path.length && ['All links', printLinks(links)],
    removed.length > 0 && [
      'Removed links, newest first',
      table(
        ['when', 'from', 'to', 'why', 'since'],
        removed.map((link) => [day(link.at), link.a, link.b, reasonOf(link), link.isBack ? 'linked again' : '']),
      ),
    ],
  ]);
}

/** Links as a table; with a start, as the steps of a path from there. */
export const printLinks = (links: readonly Link[], start?: IdentityKey): string =>
  table(
    ['from', 'to', 'first seen', 'last seen', 'datasets'],
    stepsFrom(start, links).map(({ from, to, link }) => [
      from,
      to,
      day(link.firstSeen),
      day(link.lastSeen),
      sourcesOf(link).join(', '),
    ]),
  );

/** The datasets that asserted a link, the last one first. */
export const sourcesOf = ({ source, alsoFrom = [] }: Pick<Link, 'source' | 'alsoFrom'>): readonly string[] => [
  source,
  ...alsoFrom,
];

export const day = (time: number): string => new Date(time).toISOString();

function reasonOf({ why, unlinking }: RemovedLink): string {
  if (unlinking) return `unlinked by ${unlinking.who}: ${unlinking.reason}`;
  if (why === 'cleared') return 'its dataset cleared the identity';
  return why === 'limit' ? 'the graph was full' : 'two values of a unique namespace would have met';
}
