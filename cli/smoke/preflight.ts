import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { SMOKE } from '#core/identity/smoke.ts';
import { SMOKE_SCHEMA } from './definitions.ts';

/**
 * What a stage lacks for a smoke test that concerns nobody, each with what to do; nothing where it lacks nothing.
 * @param lanes the delivery lanes of the stage
 */
export function lacksForSmoke(catalog: CompiledCatalog, lanes: readonly string[], stage: string): string[] {
  const { cookie, device, dataset, segment, destination } = SMOKE;
  const lacking: string[] = [];
  if (!lanes.includes(destination)) {
    lacking.push(
      `The stage has no delivery lane "${destination}". Add to "destinations" of stages/${stage}.yaml, and deploy:\n` +
        `    - { id: ${destination}, type: s3-file, gatherSeconds: 1 }`,
    );
  }
  const own = catalog.destinations.get(destination);
  const missing = [
    ...[cookie, device].flatMap((code) => (catalog.namespaces.has(code) ? [] : [`namespace ${code}`])),
    ...(catalog.datasets.get(dataset)?.schemaId === SMOKE_SCHEMA ? [] : [`dataset ${dataset}`]),
    ...(catalog.segmentDefinitions.has(segment) ? [] : [`segment ${segment}`]),
    ...(own?.type === 's3-file' && own.enabled ? [] : [`destination ${destination}`]),
  ];
  if (missing.length > 0) {
    lacking.push(
      `The active catalog has no ${missing.join(', ')}: there is no dataset into which a synthetic record may go. Add them to your catalog, and apply it:\n` +
        '    tributary smoke --add-to DIR\n' +
        `    tributary catalog apply --catalog DIR --stage ${stage}`,
    );
  }
  for (const { id, segments } of catalog.destinations.values()) {
    if (id !== destination && segments.includes(segment))
      lacking.push(`The destination "${id}" is sent the segment "${segment}". Take it out of its segments, and apply.`);
  }
  return lacking;
}
