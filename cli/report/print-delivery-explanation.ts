import type { AudienceDelivery, DeliveryExplanation, DeliveryOutcome } from '#core/access/explain-delivery.ts';
import { asErrors } from './print-errors.ts';
import { sections } from './print-stage.ts';
import { table } from './table.ts';

const OUTCOMES: Readonly<Record<DeliveryOutcome, string>> = {
  routed: 'sent, or on its queue',
  toRoute: 'will be sent',
  excluded: 'excluded',
  notMember: 'no member',
  removed: 'removed',
  toRemove: 'will be removed',
};

/** Why a person was or was not delivered to a destination, for people. */
export function printDeliveryExplanation(explanation: DeliveryExplanation): string {
  const { destinationId, type, state, profile, optedOut, isHeld, unsent } = explanation;
  const notes = [
    `  ${profile} at ${destinationId} (${type})`,
    ...(state === 'off' ? ['  the destination is off (enabled: false)'] : []),
    ...(optedOut ? ['  the person has opted out of everything'] : []),
    ...(isHeld ? ['  its guard holds back who would enter or leave: tributary destination status'] : []),
    ...(unsent > 0 ? [`  ${unsent} messages are decided and not on their queue yet`] : []),
    ...(explanation.acceptedIdentities?.length === 0 ? ['  it accepts none of the identities of the person'] : []),
    ...(explanation.missingAttributes.length > 0
      ? [`  it takes nobody without ${explanation.missingAttributes.join(', ')}`]
      : []),
  ];
  const errors = asErrors(explanation.errors).map(({ last, errorClass, reason, detail = '' }) => [
    `${last.slice(0, 19)}Z`,
    errorClass,
    reason,
    detail,
  ]);
  return sections([
    ['Who, and where', notes.join('\n')],
    ['Audiences', table(['audience', 'member', 'outcome', 'why', 'last sent'], explanation.audiences.map(rowOf))],
    (explanation.acceptedIdentities ?? []).length > 0 && [
      'Identities it accepts',
      explanation.acceptedIdentities!.map((key) => `  ${key}`).join('\n'),
    ],
    errors.length > 0 && ['What it said', table(['last', 'class', 'reason', "the vendor's words"], errors)],
  ]);
}

function rowOf({ segmentId, membership, outcome, reasons, routed }: AudienceDelivery): string[] {
  const since = membership && new Date(membership.lastQualificationTime).toISOString();
  const last = Math.max(...routed.map(({ at = 0 }) => at), 0);
  return [
    segmentId,
    membership ? `${membership.status} ${since}` : 'never',
    OUTCOMES[outcome],
    reasons.join(', '),
    last > 0 ? new Date(last).toISOString() : '',
  ];
}

/** With instants as people write them. */
export const deliveryExplanationAsJson = ({ audiences, errors, ...rest }: DeliveryExplanation): object => ({
  ...rest,
  audiences: audiences.map(({ membership, routed, ...audience }) => ({
    ...audience,
    ...(membership && {
      membership: { status: membership.status, since: new Date(membership.lastQualificationTime).toISOString() },
    }),
    routed: routed.map(({ at, ...one }) => ({ ...one, ...(at !== undefined && { at: new Date(at).toISOString() }) })),
  })),
  errors: asErrors(errors),
});
