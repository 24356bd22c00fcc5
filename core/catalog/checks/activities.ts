import { type ActivityDefinition, CONTROL, PAGE_SCOPE } from '#core/personalisation/definition.ts';
import type { SegmentDefinition } from '#core/segmentation/definition.ts';
import { didYouMean } from '#core/util/did-you-mean.ts';
import { type Findings, idsOf, type Loaded, type LoadedCatalog, placeOf } from '../loaded.ts';

/** Percents of three experiences, such as 33.3, 33.3 and 33.4, add up to 100 as far as numbers can. */
const NEARLY = 1e-6;

/** Activities are for audiences that exist, are shown somewhere, and divide all who see them among their experiences. */
export function checkActivities(catalog: LoadedCatalog, findings: Findings): void {
  const segments = new Map(catalog.segments.map((loaded) => [loaded.id, loaded]));
  const ids = idsOf(catalog.segments);
  for (const loaded of catalog.activities) {
    const { definition } = loaded;
    if (!definition) continue;
    checkAudience(loaded, definition, segments, ids, findings);
    checkWhereAndWhen(loaded, definition, findings);
    checkExperiences(loaded, definition, findings);
    checkShares(loaded, definition, findings);
  }
}

function checkAudience(
  loaded: Loaded<ActivityDefinition>,
  { audience, lifecycleState }: ActivityDefinition,
  segments: ReadonlyMap<string | undefined, Loaded<SegmentDefinition>>,
  ids: ReadonlySet<string>,
  findings: Findings,
): void {
  if (audience === undefined) return;
  const segment = segments.get(audience);
  if (!segment) {
    findings.at(loaded, ['audience'], `unknown segment "${audience}"`, { hint: didYouMean(audience, ids) });
    return;
  }
  const state = segment.definition?.lifecycleState ?? 'published';
  if (lifecycleState !== 'published' || state === 'published') return;
  findings.at(loaded, ['audience'], `the segment "${audience}" is not published, it is ${state}: nobody is in it`, {
    hint: `${placeOf(segment, ['lifecycleState'])}: publish it, or make the activity a draft`,
  });
}

function checkWhereAndWhen(
  loaded: Loaded<ActivityDefinition>,
  definition: ActivityDefinition,
  findings: Findings,
): void {
  const { scopes, surfaces, schedule } = definition;
  if (scopes.length + surfaces.length === 0) {
    findings.at(loaded, [], `the activity "${definition.id}" is shown nowhere`, {
      expected: `"scopes", such as [${PAGE_SCOPE}] or [home-hero], or "surfaces", such as [web://www.shop.example/tents]`,
    });
  }
  for (const key of ['scopes', 'surfaces'] as const) {
    for (const [i, place] of definition[key].entries()) {
      if (definition[key].indexOf(place) < i) findings.at(loaded, [key, i], `"${place}" is in "${key}" twice`);
    }
  }
  const { start, end } = schedule;
  if (start !== undefined && end !== undefined && Date.parse(end) <= Date.parse(start)) {
    findings.at(loaded, ['schedule', 'end'], 'the activity ends before it starts', {
      expected: `a time after ${start}`,
    });
  }
}

function checkExperiences(
  loaded: Loaded<ActivityDefinition>,
  { experiences }: ActivityDefinition,
  findings: Findings,
): void {
  const seen = new Map<string, number>();
  for (const [i, { id, items }] of experiences.entries()) {
    const path = ['experiences', i, 'id'];
    const first = seen.get(id);
    if (id === CONTROL) {
      findings.at(loaded, path, `"${CONTROL}" is what the control group is called`, { hint: 'choose another id' });
    } else if (first !== undefined) {
      const hint = `the first one is in ${placeOf(loaded, ['experiences', first, 'id'])}`;
      findings.at(loaded, path, `the experience "${id}" is defined twice`, { hint });
    } else {
      seen.set(id, i);
    }
    const itemIds = items.map((item, n) => item.id ?? String(n + 1));
    for (const [n, item] of itemIds.entries()) {
      if (itemIds.indexOf(item) === n) continue;
      findings.at(loaded, ['experiences', i, 'items', n], `the item "${item}" is there twice`, {
        hint: 'items without an id are called by their place: 1, 2, 3',
      });
    }
  }
}

function checkShares(loaded: Loaded<ActivityDefinition>, definition: ActivityDefinition, findings: Findings): void {
  const { experiences, control } = definition;
  const shares = experiences.map(({ share }) => share);
  const missing = shares.indexOf(undefined);
  if (shares.every((share) => share === undefined)) {
    if (control < 100) return;
    findings.at(loaded, ['control'], 'everybody is in the control group, and nobody sees an experience', {
      expected: 'less than 100',
    });
    return;
  }
  if (missing >= 0) {
    findings.at(loaded, ['experiences', missing], `the experience "${experiences[missing]!.id}" has no share`, {
      hint: 'give all of them one, or none',
    });
    return;
  }
  const sum = shares.reduce<number>((all, share) => all + share!, control);
  if (Math.abs(sum - 100) <= NEARLY) return;
  const addends = [...shares, ...(control > 0 ? [`${control} of the control group`] : [])].join(' + ');
  findings.at(loaded, ['experiences'], `the shares are ${rounded(sum)} % together: ${addends}`, { expected: '100 %' });
}

const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;
