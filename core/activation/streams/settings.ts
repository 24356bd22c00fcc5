import { z } from 'zod';
import { destinationBase, mandatoryAttributes, mappedAttributes } from '#core/activation/destination-base.ts';
import type { Reference } from '#core/activation/destination-type.ts';
import { namespaceCode } from '#core/identity/definition.ts';

/** A role that deliveries may assume: its name says that it is meant for it (core/contract/delivery-lanes.ts). */
export const roleArn = z
  .string()
  .regex(
    /^arn:aws[a-z-]*:iam::\d{12}:role\/tributary-[\w+=,.@-]{1,54}$/,
    'expected the ARN of a role whose name begins with "tributary-", such as arn:aws:iam::111122223333:role/tributary-writer',
  );
export const externalId = z.string().regex(/^[\w+=,.@:/-]{2,1224}$/, 'expected 2 to 1224 letters, digits or +=,.@:/-');

/** What all streams let users set. */
export const streamSettings = {
  ...destinationBase,
  /** Namespaces to send; all of the profile's identities where it is omitted (aep.md §6.1). */
  identities: z.array(namespaceCode).optional(),
  attributes: mappedAttributes,
  mandatoryAttributes,
  /** Of the account that has the stream; without it the stage puts to it by itself (`destinationResources`). */
  roleArn: roleArn.optional(),
  externalId: externalId.optional(),
  /** Requests a second. */
  requestsPerSecond: z.number().min(1).max(10_000).optional(),
};

/** Named by the declarations of the library. */
export interface StreamDestination {
  readonly identities?: readonly string[] | undefined;
  readonly attributes: readonly string[];
  readonly mandatoryAttributes?: readonly string[] | undefined;
}

/** What all streams declare alike: they are sent what a webhook of the company's own is. */
export const streamDeclaration = {
  category: 'stream',
  credentials: {},
  capabilities: { exit: true, backfill: true, audiences: 'implied', list: false, deletion: false },
  delivery: 'requests',
  identities: ({ identities }: StreamDestination) => identities ?? ('all' as const),
  attributes: ({ attributes }: StreamDestination) => attributes,
  mandatory: ({ mandatoryAttributes: mandatory = [] }: StreamDestination) => mandatory,
  sendsUpdates: () => true,
  references: ({ identities = [] }: StreamDestination): Reference[] =>
    identities.map((namespace, i) => ({ path: ['identities', i], namespace })),
} as const;
