import type { DestinationCatalog } from '../destination-catalog.ts';
import { readAwsSmsEvent } from '../destinations/aws-sms/events.ts';
import type { AwsSmsDestination } from '../destinations/aws-sms/settings.ts';
import type { SentTexts } from '../ports/sent-texts.ts';

export interface NoteEventDeps {
  readonly catalog: DestinationCatalog;
  readonly sent: Pick<SentTexts, 'settle'>;
  /** @throws Error where there is no room for it: the event comes again */
  readonly recordOptOut: (destinationId: string, number: string, at: number) => Promise<void>;
}

/**
 * Notes what the service has published (docs/destinations/texts.md, "Opt-outs"): a text that it has taken is settled if nobody
 * knew, and whoever wants no texts any more has a record of consent, in every dataset that destinations of the type name.
 * @param message JSON
 * @param at epoch ms at which it was published
 * @throws Error where it could not be noted
 */
export async function noteTextEvent(message: string, at: number, deps: NoteEventDeps): Promise<void> {
  const destinations = [...(await deps.catalog.current()).destinations.values()].filter(
    (destination): destination is AwsSmsDestination => destination.type === 'aws-sms',
  );
  const { taken, optedOut } = readAwsSmsEvent(
    message,
    destinations.flatMap(({ optOutKeywords }) => optOutKeywords),
  );
  if (taken !== undefined) await deps.sent.settle([taken], 'sent');
  if (optedOut === undefined) return;
  const byDataset = new Map(destinations.map(({ id, optOuts }) => [`${optOuts.dataset} ${optOuts.namespace}`, id]));
  for (const id of byDataset.values()) await deps.recordOptOut(id, optedOut, at);
}
