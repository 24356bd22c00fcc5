import { hash } from 'node:crypto';
import type { MembershipChange, ProfileDelivery } from '../delivery.ts';
import type { CallRow, Failure, TextRow } from '../destination-type.ts';
import { failed } from '../item-results.ts';
import { messageParts } from './segments.ts';
import { type TextDestination, templateFor } from './settings.ts';
import { renderTemplate } from './template.ts';

/** What a text is known by: the number, the segment and the instant of the entry. Nothing else of a person is in it. */
export const textKey = (number: string, { segmentId, lastQualificationTime }: MembershipChange): string =>
  hash('sha256', JSON.stringify([number, segmentId, lastQualificationTime]), 'base64url').slice(0, 32);

/** What somebody's texts are counted under. */
export const personKey = (number: string): string => hash('sha256', number, 'base64url').slice(0, 32);

/** The numbers of a person, always in the same order: the first is sent the text. */
export const numbersOf = ({ identities }: ProfileDelivery): readonly string[] => [
  ...new Set(identities.map(({ value }) => value)),
];

/** A text for each entry of a delivery; none for exits. */
export function textRows(
  delivery: ProfileDelivery,
  destination: TextDestination,
): readonly CallRow<null, TextRow>[] | Failure {
  const [to] = numbersOf(delivery);
  const rows: CallRow<null, TextRow>[] = [];
  for (const change of delivery.changes) {
    if (change.status !== 'realized') continue;
    const template = templateFor(destination, change.segmentId);
    const body = template === undefined ? undefined : renderTemplate(template, delivery.attributes);
    if (body === undefined) return failed('skip', template === undefined ? 'noTemplate' : 'missingAttribute');
    if (messageParts(body).parts > destination.maxParts) return failed('skip', 'textTooLong');
    rows.push({ call: null, row: { to: to!, body, segmentId: change.segmentId, key: textKey(to!, change) } });
  }
  return rows;
}
