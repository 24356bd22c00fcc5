import type { AnswerOf } from '#client/client.ts';
import { texts } from '#console/texts/index.ts';

const BASE = 'GET /tributary/profiles/{reference}';
export type Attributes = AnswerOf<`${typeof BASE}/attributes`>;
export type Attribute = Attributes['attributes'][number];
export type Graph = AnswerOf<`${typeof BASE}/graph`>;
export type GraphLink = Graph['links'][number];
export type Preview = AnswerOf<'POST /tributary/profiles/{reference}/unlink'>;

/** An identity as text: its value only where the API has told it. */
export const namedIdentity = ({ namespace, value }: { readonly namespace: string; readonly value?: string }): string =>
  `${namespace} ${value ?? texts.profiles.masked}`;

/** A value as text, whatever it is; of a masked one the labels that are on it. */
export function shownValue({
  value,
  isMasked,
  labels = [],
}: {
  value?: unknown;
  isMasked?: true;
  labels?: string[];
}): string {
  if (isMasked) return [texts.profiles.masked, ...labels].join(' ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What would follow of taking a link out, a line each; none where nothing would. */
export function consequencesOf({ profiles, destinations }: Pick<Preview, 'profiles' | 'destinations'>): string[] {
  const t = texts.profiles.graph;
  const people = profiles.flatMap(({ entered, left }, i) => {
    const changes = [
      ...(entered.length > 0 ? [`${t.entered(entered.length)} (${entered.join(', ')})`] : []),
      ...(left.length > 0 ? [`${t.left(left.length)} (${left.join(', ')})`] : []),
    ];
    return changes.length > 0 ? [`${t.person(i + 1)} ${changes.join(' · ')}`] : [];
  });
  return [...people, ...destinations.map(({ id, added, removed }) => t.destination(id, added, removed))];
}
