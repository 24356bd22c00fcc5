import { printReport } from '#cli/output.ts';
import { table } from '#cli/report/table.ts';
import { NotAllAccepted, UserError } from '#cli/user-error.ts';
import { believedSizes, sizeFinding } from '#core/activation/audience-sizes.ts';
import type { AudienceKey, AudienceSize, ReportedSize, RequestDestination } from '#core/activation/destination-type.ts';
import type { ProfileDestination } from '#core/activation/registry.ts';
import { type Vendor, vendorOf } from './ask-vendor.ts';
import type { FoundDestination } from './find-destination.ts';

interface Options {
  readonly stage: string;
  readonly fix?: true;
  readonly json?: true;
}

/** Compares how many are believed to be in each audience with how many the vendor counts, where it lists nobody. */
export async function reconcileSizes(
  found: FoundDestination,
  type: RequestDestination<ProfileDestination>,
  size: AudienceSize<ProfileDestination>,
  { stage, fix, json }: Options,
): Promise<void> {
  const { id } = found;
  if (fix) {
    throw new UserError(
      `"${type.name}" says how many are in an audience and not who, so nothing can be sent again to those who are missing. ` +
        `Send everything again with "tributary destination replay ${id} --since …".`,
    );
  }
  const { reported, notMade } = await reportedSizes(found, type, size, stage);
  const segments = found.definition.segments;
  const believed = await believedSizes(id, segments, found.stores.deliveryStates.scan());
  const audiences = reported.map(({ segmentId, kind, reportedSize }) => {
    const own = believed.get(segmentId)!;
    return {
      segmentId,
      ...(kind !== '' && { kind }),
      ...own,
      ...reportedSize,
      finding: sizeFinding(own, reportedSize),
    };
  });
  printReport(json, { destination: id, audiences, notMade }, asText(id, audiences, notMade));
  if (audiences.some(({ finding }) => finding === 'too-many')) throw new NotAllAccepted();
}

interface OfAudience {
  readonly segmentId: string;
  readonly kind: string;
  readonly reportedSize: ReportedSize;
}

async function reportedSizes(
  found: FoundDestination,
  type: RequestDestination<ProfileDestination>,
  size: AudienceSize<ProfileDestination>,
  stage: string,
): Promise<{ readonly reported: readonly OfAudience[]; readonly notMade: readonly string[] }> {
  const vendor = await vendorOf(found, type, stage);
  const kinds = size.kinds?.(vendor.destination) ?? [''];
  const keys = vendor.destination.segments.flatMap((segmentId) => kinds.map((kind) => ({ segmentId, kind })));
  const reported: OfAudience[] = [];
  const notMade: string[] = [];
  for (const key of keys) {
    const audience = await vendor.audienceId(key);
    if (audience === undefined) notMade.push(key.kind === '' ? key.segmentId : `${key.segmentId} (${key.kind})`);
    else reported.push({ ...key, reportedSize: await sizeOf(vendor, size, key, audience) });
  }
  return { reported, notMade };
}

/** @throws UserError where the vendor does not answer as it should */
async function sizeOf(
  { destination, context, ask }: Vendor,
  size: AudienceSize<ProfileDestination>,
  { segmentId }: AudienceKey,
  audience: string,
): Promise<ReportedSize> {
  const outcome = await ask(size.request(audience, destination, context));
  const said = 'kind' in outcome ? size.answer(outcome, audience, destination) : outcome;
  if ('delivered' in said) throw new UserError(`The vendor does not say the size of "${segmentId}": ${said.reason}.`);
  return said;
}

type Compared = Omit<OfAudience, 'reportedSize' | 'kind'> &
  ReportedSize & {
    readonly kind?: string;
    readonly people: number;
    readonly identities: number;
    readonly finding: string;
  };

function asText(id: string, audiences: readonly Compared[], notMade: readonly string[]): string {
  const head = ['audience', 'people here', 'identities here', 'vendor counts', 'so'];
  const rows = audiences.map(({ segmentId, kind, people, identities, finding, ...reported }) => [
    kind === undefined ? segmentId : `${segmentId} (${kind})`,
    people,
    identities,
    rangeOf(reported),
    finding.replaceAll('-', ' '),
  ]);
  return [
    `Destination ${id}, by sizes: its vendor lists nobody, and counts whom it recognises, so its numbers are smaller.`,
    table(head, rows),
    ...(notMade.length > 0 ? [`Not made at the vendor yet: ${notMade.join(', ')}`] : []),
    '',
  ].join('\n');
}

const shown = (count: number): string => count.toLocaleString('en-US');

function rangeOf({ atLeast, atMost }: ReportedSize): string {
  if (atLeast === undefined && atMost === undefined) return '-';
  if (atLeast === atMost) return shown(atLeast!);
  return `${atLeast === undefined ? '' : `${shown(atLeast)} `}to ${atMost === undefined ? '?' : shown(atMost)}`;
}
