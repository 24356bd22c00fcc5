import { z } from 'zod';
import { definitionId } from '#core/util/definition-id.ts';
import type { MembershipChange } from './delivery.ts';
import type { Failure, RequestContext } from './destination-type.ts';

/** What users write of audiences that are made at a vendor. @param id the shape of the vendor's ids */
export const audienceSettings = <T extends z.ZodType>(id: T) => ({
  /** Segment id → the id of an audience that is there already; those of the other segments are made. */
  audiences: z.record(definitionId, id).prefault({}),
  /** Stands before the name of the segment in the names of audiences that are made. */
  audiencePrefix: z.string().max(60).default('Tributary: '),
});

/** The name of an audience that is made, in the vendor's user interface. */
export const audienceName = (
  segmentId: string,
  { audiencePrefix }: { readonly audiencePrefix: string },
  { segmentName }: Pick<RequestContext, 'segmentName'>,
): string => `${audiencePrefix}${segmentName(segmentId) ?? segmentId}`;

/** A consent, by its path below `consents`: `share`, `marketing.email`. */
export const consentPath = z
  .string()
  .regex(/^(?!marketing\.\w+\.)[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/, 'a dotted path below "consents"');

/** Whether a change is an entry or an exit, as most vendors want it said. */
export const actionOf = ({ status }: MembershipChange): 'add' | 'remove' => (status === 'realized' ? 'add' : 'remove');

/** A failure to find or make an audience: what is wrong with it is wrong for everybody, and nobody is dropped for it. */
export const forEverybody = (failure: Failure): Failure =>
  failure.errorClass === 'drop' ? { ...failure, errorClass: 'stop' } : failure;
