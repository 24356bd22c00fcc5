import { hash } from 'node:crypto';
import type { AccessSettings } from '#core/access/access.ts';
import { activatedIdentities, type IdentityActivation } from '#core/activation/activated-identities.ts';
import { activationVersion } from '#core/activation/activation-version.ts';
import type { DestinationDefinition } from '#core/activation/definition.ts';
import { releases } from '#core/activation/destinations/aam/first-use.ts';
import { missingOf } from '#core/activation/mandatory.ts';
import { isProfileDestination, requestTypeOf, typeOf } from '#core/activation/registry.ts';
import { renewalOf } from '#core/activation/renewal.ts';
import type { RouteSettings } from '#core/activation/route.ts';
import type { SuppressionSettings } from '#core/governance/suppression.ts';
import { findNamespace } from '#core/identity/namespaces.ts';
import type { EvaluationJobSettings } from '#core/jobs/evaluate-items.ts';
import type { MergePolicyDefinition } from '#core/profile/definition.ts';
import type { ExpirySettings } from '#core/profile/expiry/settings.ts';
import type { FoldSettings } from '#core/profile/fold-settings.ts';
import type { Profile, ProfileSettings } from '#core/profile/profiles.ts';
import { pick } from '#core/record/field-path.ts';
import type { ReportSettings } from '#core/report/report.ts';
import type { RevertSettings } from '#core/revert/settings.ts';
import type { SegmentDefinition } from '#core/segmentation/definition.ts';
import type { EvaluateSettings } from '#core/segmentation/evaluate-item.ts';
import { compileSegments } from '#core/segmentation/segment-set.ts';
import type { CompiledCatalog } from './compile.ts';
import { linkingRulesOf } from './compile-people.ts';

/** What each stage needs to know from the catalog. */
export interface StageSettings {
  readonly fold: FoldSettings;
  readonly evaluation: EvaluateSettings;
  readonly route: RouteSettings;
  readonly access: AccessSettings;
  readonly expiry: ExpirySettings;
  readonly evaluationJob: EvaluationJobSettings;
  readonly report: ReportSettings;
  readonly revert: RevertSettings;
  readonly suppression: SuppressionSettings;
}

const NO_SEGMENTS = compileSegments([]);

const known = new WeakMap<CompiledCatalog, StageSettings>();

/** The rules of all stages under one version of the catalog; made once for each. */
export function stageSettings(catalog: CompiledCatalog): StageSettings {
  const settings = known.get(catalog) ?? rulesOf(catalog);
  known.set(catalog, settings);
  return settings;
}

/** How people are put together for a segment: under its own merge policy, whether it is published or not. */
export function settingsForSegment(catalog: CompiledCatalog, { mergePolicyId }: SegmentDefinition): ProfileSettings {
  const { mergePolicy, ...rules } = stageSettings(catalog).evaluation;
  const own = mergePolicyId === undefined ? undefined : catalog.mergePolicies.get(mergePolicyId);
  return { ...rules, mergePolicy: own ?? mergePolicy };
}

function rulesOf(catalog: CompiledCatalog): StageSettings {
  const links = linkingRulesOf(catalog.identitySettings, catalog.namespaces);
  const { mergePolicy, segments, destinations, sharedSince, governance } = catalog;
  const mapped = [...new Set([...destinations.values()].flatMap(sentWhenUpdated))];
  const mandatory = [...new Set([...destinations.values()].flatMap(mandatoryOf))].sort();
  const expiryOf = (id: string, time: number): number | undefined => {
    const keptFor = catalog.datasets.get(id)?.eventsKeptFor;
    return keptFor === undefined ? undefined : time + keptFor;
  };
  const isActiveDataset = (id: string): boolean => catalog.datasets.get(id)?.profileEnabled ?? false;
  const activations = activationVersion(destinations.values());
  const renewal = renewalOf(destinations.values());
  const activation: IdentityActivation = { normalForms: catalog.normalForms, newestOnly: catalog.newestOnly };
  /** Who is told with fewer identities is routed anew when these are others. */
  const activatedOf = (profile: Profile): readonly unknown[] => {
    const activated = activatedIdentities(profile, activation);
    return activated === profile.identities ? [] : [activated];
  };
  const notedEntries = new Set([...destinations.values()].flatMap(textedSegments));
  const under = (policy: MergePolicyDefinition): EvaluateSettings => ({
    links,
    mergePolicy: policy,
    isActiveDataset,
    segments: catalog.segmentsByMergePolicy.get(policy.id) ?? NO_SEGMENTS,
    mappedAttributes: (profile) => [
      pick(profile.view, mapped),
      activations,
      ...activatedOf(profile),
      ...(governance ? [governance.fingerprint, profile.view.consents] : []),
      // Whoever has them from now on has to be routed, whoever has not any more as well.
      ...(mandatory.length > 0 ? [missingOf(mandatory, profile.view)] : []),
    ],
    ...(renewal && { renewal }),
    ...(notedEntries.size > 0 && { notedEntries }),
    ...(governance && { permissions: ({ view }: Profile) => [governance.fingerprint, view.consents] }),
    releases: (realized, releasedAt, now) => releases(destinations.values(), sharedSince, realized, releasedAt, now),
  });
  const others = [...catalog.mergePolicies.values()].filter(
    ({ id }) => id !== mergePolicy.id && catalog.segmentsByMergePolicy.has(id),
  );
  const policies = [mergePolicy, ...others].map((policy) => ({
    mergePolicy: policy,
    segments: new Set(catalog.segmentsByMergePolicy.get(policy.id)?.ids),
  }));
  const fold: FoldSettings = {
    links,
    isProfileEnabled: isActiveDataset,
    isIdentityEnabled: (id) => catalog.datasets.get(id)?.identityEnabled ?? false,
    isActiveDataset,
    projectEvent: (entity) => segments.projectEvent(entity),
    retainEvents: (events) => segments.retain(events),
    projection: projectionOf(catalog),
    expiryOf,
    keepsActivity: catalog.identitySettings.pseudonymousExpiration !== undefined,
    ...(notedEntries.size > 0 && { notesNewData: true }),
  };
  const { pseudonymousExpiration } = catalog.identitySettings;
  const evaluation: EvaluateSettings = { ...under(mergePolicy), others: others.map(under) };
  const route: RouteSettings = {
    ...{ links, mergePolicy, isActiveDataset, destinations, sharedSince, governance, policies },
    activation,
  };
  // What counts no more expires all the same; and it may count again.
  const { isActiveDataset: _active, ...whole } = fold;
  const expiry: ExpirySettings = {
    links,
    mergePolicy,
    fold: whole,
    eventDays: Object.fromEntries(
      [...catalog.datasets.values()].flatMap(({ id, definition: { eventExpirationDays: days } }) =>
        days === undefined ? [] : [[id, days]],
      ),
    ),
    ...(pseudonymousExpiration && {
      pseudonymous: { ...pseudonymousExpiration, namespaces: new Set(pseudonymousExpiration.namespaces) },
    }),
  };
  return {
    fold,
    evaluation,
    route,
    suppression: {
      typeOf: links.typeOf,
      isConsentedStart: (id) => catalog.datasets.get(id)?.definition.consentedStart ?? false,
      namespaces: [...catalog.namespaces.keys()],
      normalForms: catalog.normalForms,
    },
    access: {
      links,
      mergePolicy,
      policies,
      policyOf: (id) => catalog.mergePolicies.get(id),
      namespaceOf: (text) => findNamespace(text, catalog.namespaces)?.code,
      normalForms: catalog.normalForms,
      labelledFields: catalog.labelledFields,
      isActiveDataset,
      expiryOf,
    },
    expiry,
    evaluationJob: { version: catalog.version, segments, fold, evaluation },
    report: { segments, destinations, governance, fold, evaluation, route },
    revert: { datasets: catalog.datasets, fold, expiry },
  };
}

/** The datasets of which anything is in profiles: what is switched off, or has left the catalog, counts no more. */
export const profileDatasets = (datasets: CompiledCatalog['datasets']): CompiledCatalog['datasets'] =>
  new Map([...datasets].filter(([, { profileEnabled }]) => profileEnabled));

/** Events are chosen anew where segments read others of them, or other datasets have events that count. */
function projectionOf({ segments, datasets }: CompiledCatalog): string {
  const ofEvents = [...profileDatasets(datasets).values()]
    .filter(({ behaviour }) => behaviour === 'event')
    .map(({ id }) => id);
  return `${segments.fingerprint}.${hash('sha256', JSON.stringify(ofEvents.sort()), 'base64url').slice(0, 6)}`;
}

/** Paths of the attributes whose change a destination hears about. */
function sentWhenUpdated(destination: DestinationDefinition): readonly string[] {
  if (!isProfileDestination(destination)) return [];
  const type = typeOf(destination);
  return type.sendsUpdates(destination) ? type.attributes(destination) : [];
}

/** Segments to which every entry is told once, by a message to the person. */
const textedSegments = (destination: DestinationDefinition): readonly string[] =>
  destination.enabled && requestTypeOf(destination)?.texts ? destination.segments : [];

/** Paths of the attributes without which a destination takes nobody. */
const mandatoryOf = (destination: DestinationDefinition): readonly string[] =>
  isProfileDestination(destination) ? typeOf(destination).mandatory(destination) : [];
