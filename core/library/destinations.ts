import { z } from 'zod';
import { destinationDefinition } from '#core/activation/definition.ts';
import type { AnyDestination } from '#core/activation/destination-base.ts';
import type { DestinationType, FileDestination, RequestDestination } from '#core/activation/destination-type.ts';
import type { ExportFile } from '#core/activation/files/export-file.ts';
import type { ChangeLine } from '#core/activation/preview/changes.ts';
import { type MaskedRequest, masked } from '#core/activation/preview/mask.ts';
import { preview } from '#core/activation/preview/preview.ts';
import type { ProfileDestination } from '#core/activation/registry.ts';
import { identity, instant } from '#core/identity/simulate.ts';
import { mergePolicyDefinition } from '#core/profile/definition.ts';
import { type IdentityKey, parseIdentityKey } from '#core/record/identity.ts';
import { type LinkingSettings, linkingRules } from './identity.ts';
import { parseInput } from './input.ts';

export type { ProfileDelivery } from '#core/activation/delivery.ts';
export { type AnyDestination, destinationBase } from '#core/activation/destination-base.ts';
export type {
  Answer,
  CallRow,
  DestinationType,
  Failure,
  FileDestination,
  ItemResult,
  Limits,
  RequestContext,
  RequestDestination,
} from '#core/activation/destination-type.ts';
export type { ErrorClass, HttpOutcome } from '#core/activation/error-class.ts';
export type { ExportFile } from '#core/activation/files/export-file.ts';
export type { HttpRequest } from '#core/activation/http/client.ts';
export { sameForAll } from '#core/activation/item-results.ts';
export type { MaskedRequest } from '#core/activation/preview/mask.ts';
export { type Identity, type IdentityKey, identityKey, parseIdentityKey } from '#core/record/identity.ts';
export type { LinkingSettings } from './identity.ts';
export { InputError, type InputProblem } from './input.ts';

/** A destination as a catalog defines it: of type `http`, `s3-file` or `aam`. */
export type Destination = z.output<typeof destinationDefinition>;

/** A destination, its defaults filled in. @throws InputError with everything that is wrong, by JSON pointer */
export const defineDestination = (definition: z.input<typeof destinationDefinition>): Destination =>
  parseInput(destinationDefinition, definition, 'The destination');

const changeLines = z.array(
  z.strictObject({
    segmentId: z.string().min(1, 'expected the id of a segment'),
    status: z.enum(['realized', 'exited'], { error: 'expected "realized" or "exited"' }),
    lastQualificationTime: instant,
    identities: z.array(identity),
    attributes: z.record(z.string(), z.unknown()).default({}),
  }),
);

/** Somebody entered a segment (`realized`) or left it (`exited`). */
export interface MembershipChange {
  readonly segmentId: string;
  readonly status: 'realized' | 'exited';
  /** Since when: epoch ms, or ISO 8601. */
  readonly lastQualificationTime: number | string;
  /** Of the person, each as `NAMESPACE:value`. */
  readonly identities: readonly IdentityKey[];
  /** Of their profile; what the destination does not map is not sent. */
  readonly attributes?: Readonly<Record<string, unknown>>;
}

export interface PreviewOptions<D extends AnyDestination = AnyDestination> {
  /** Epoch ms: the instant of the decision. It signs requests and names files. */
  readonly now: number;
  /** A type of your own. @default the built-in type that the destination names */
  readonly type?: DestinationType<D>;
  /** Puts identities in the order of their strength, and says what namespaces of your own identify. */
  readonly linking?: LinkingSettings;
  /** Id → name, for destinations that are sent names. */
  readonly segmentNames?: Readonly<Record<string, string>>;
}

/** What a destination would be sent. Secrets are masked. */
export interface DestinationPreview {
  readonly requests: readonly MaskedRequest[];
  readonly files: readonly ExportFile[];
  /** Memberships that are not sent, by reason. */
  readonly excluded: Readonly<Record<string, number>>;
}

/**
 * What a destination would be sent because of membership changes, by the code that delivers them; nothing is sent. An
 * entry is taken for one that the destination does not know of, an exit for one of somebody it knows as a member.
 * @throws InputError where changes do not have their shape, or the destination is not of the given type
 */
export function previewDestination<D extends AnyDestination>(
  destination: Destination | D,
  changes: readonly MembershipChange[],
  { now, type, linking = NO_PRIORITY, segmentNames = {} }: PreviewOptions<D>,
): DestinationPreview {
  const own = type as unknown as DestinationType<ProfileDestination> | undefined;
  const definition = own
    ? (parseInput(own.definition, destination, 'The destination') as Destination)
    : defineDestination(destination as Destination);
  const rules = { links: linkingRules(linking), mergePolicy: mergePolicyDefinition.parse({ id: 'library' }) };
  const lines = parseInput(changeLines, changes, 'The changes').map(
    ({ identities, attributes, ...change }): ChangeLine => ({
      change,
      identities: identities.map(parseIdentityKey),
      attributes,
    }),
  );
  const nameOf = (id: string): string | undefined => segmentNames[id];
  const { requests, files, excluded } = preview(definition, lines, rules, now, nameOf, own);
  return { requests: requests.map(masked), files, excluded };
}

const NO_PRIORITY: LinkingSettings = { namespacePriority: [], uniqueNamespaces: [] };

/** A type of destination of your own, its parts typed by its `definition` (docs/destinations.md, "Add one"). */
export const defineDestinationType = <D extends AnyDestination, C = unknown, R = unknown>(
  type: RequestDestination<D, C, R> | FileDestination<D>,
): DestinationType<D> => type as unknown as DestinationType<D>;
