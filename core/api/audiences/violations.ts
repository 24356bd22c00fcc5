import type { Catalog } from '#core/catalog/catalog.ts';
import { enforcement } from '#core/catalog/policies/enforcement.ts';
import { receivedBy } from '#core/catalog/policies/received.ts';
import type { SegmentDefinition } from '#core/segmentation/definition.ts';

/** What the policies have against sending an audience to each destination; none: it may go there. */
export function violationsOf(audience: SegmentDefinition, catalog: Catalog): object[] {
  const segments = [...catalog.segments.filter(({ id }) => id !== audience.id), audience];
  const activationsOf = enforcement({ ...catalog, segments }, receivedBy);
  return catalog.destinations.map((destination) => {
    const { id, name = id } = destination;
    const violations = activationsOf({ ...destination, segments: [audience.id] }).flatMap((one) => one.violations);
    return {
      id,
      name,
      violations: violations.map(({ policyId, policyName, labels, marketingActions }) => ({
        policy: policyId,
        name: policyName,
        labels,
        marketingActions,
      })),
    };
  });
}
