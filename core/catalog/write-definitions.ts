import { stringify } from 'yaml';
import { isAssignment, type LabelDefinition, type PolicyDefinition } from '#core/governance/definition.ts';
import type { SchemaDefinition } from '#core/schema/definition.ts';
import type { Catalog } from './catalog.ts';
import { withoutOwnParts } from './decompose.ts';
import type { Kind, Kinds } from './loaded.ts';

/** A definition, and what tells it from all others of its kind. */
export interface NamedDefinition<K extends Kind = Kind> {
  readonly kind: K;
  readonly name: string;
  readonly definition: Kinds[K];
}

type Naming = { readonly [K in Kind]: (definition: Kinds[K]) => string };

const NAMES: Naming = {
  namespaces: ({ code }) => code,
  'identity-settings': () => 'settings',
  'evaluation-settings': () => 'settings',
  schemas: ({ $id }) => $id,
  'schema-parts': ({ $id }) => $id,
  datasets: ({ id }) => id,
  'source-connections': ({ id }) => id,
  datastreams: ({ id }) => id,
  'merge-policies': ({ id }) => id,
  segments: ({ id }) => id,
  destinations: ({ id }) => id,
  activities: ({ id }) => id,
  labels: (label) => nameOfLabel(label),
  policies: (policy) => nameOfPolicy(policy),
  'consent-policies': ({ id }) => id,
};

const nameOfLabel = (label: LabelDefinition): string =>
  isAssignment(label) ? `of ${label.dataset ?? label.schema}` : label.name;

const nameOfPolicy = (policy: PolicyDefinition): string => ('core' in policy ? policy.core : policy.id);

/** What a definition is called by others of its kind, and by people. */
export const nameOf = <K extends Kind>(kind: K, definition: Kinds[K]): string => NAMES[kind](definition);

const DEFINITIONS: { readonly [K in Kind]: (catalog: Catalog) => readonly Kinds[K][] } = {
  namespaces: ({ namespaces }) => namespaces,
  'identity-settings': ({ identitySettings: one }) => (one ? [one] : []),
  'evaluation-settings': ({ evaluationSettings: one }) => (one ? [one] : []),
  schemas: ({ schemas }) => schemas,
  'schema-parts': ({ schemaParts = [] }) => schemaParts,
  datasets: ({ datasets }) => datasets,
  'source-connections': ({ sourceConnections = [] }) => sourceConnections,
  datastreams: ({ datastreams = [] }) => datastreams,
  'merge-policies': ({ mergePolicies }) => mergePolicies,
  segments: ({ segments }) => segments,
  destinations: ({ destinations, edgeDestinations = [] }) => [...destinations, ...edgeDestinations],
  activities: ({ activities = [] }) => activities,
  labels: ({ labels = [] }) => labels,
  policies: ({ policies = [] }) => policies,
  'consent-policies': ({ consentPolicies = [] }) => consentPolicies,
};

/** All definitions of a catalog, by kind, with their names. Labels and policies may share one. */
export function namedDefinitions(catalog: Catalog): NamedDefinition[] {
  return (Object.keys(DEFINITIONS) as Kind[]).flatMap((kind) => namedOfKind(kind, catalog));
}

const namedOfKind = <K extends Kind>(kind: K, catalog: Catalog): NamedDefinition[] =>
  DEFINITIONS[kind](catalog).map((definition) => ({ kind, name: nameOf(kind, definition), definition }));

/**
 * A catalog that was active before, as files: so that it is read and checked like any other. Variables stand in it with the
 * values that they had.
 */
export function catalogFiles(catalog: Catalog): Map<string, string> {
  const files = new Map<string, string>();
  for (const [i, one] of namedDefinitions(catalog).entries()) {
    const repeated = one.kind === 'labels' || one.kind === 'policies' ? `-${i}` : '';
    files.set(`${one.kind}/${encodeURIComponent(one.name)}${repeated}.json`, definitionText(one, 'json'));
  }
  return files;
}

/** Kinds of which files may have variables. */
const WITH_VARIABLES: readonly Kind[] = ['source-connections', 'datastreams', 'destinations'];

/** A definition as it is written in a file. */
export function definitionText(one: NamedDefinition, form: 'yaml' | 'json'): string {
  return valueText(writtenValue(one), form);
}

/** The value of a file or of an item of it: where files may have variables, what looks like one is none. */
export function writtenValue({ kind, definition }: NamedDefinition): unknown {
  const text = JSON.stringify(kind === 'schemas' ? withoutOwnParts(definition as SchemaDefinition) : definition);
  return JSON.parse(WITH_VARIABLES.includes(kind) ? text.replaceAll('${', () => '$${') : text) as unknown;
}

/** A value as the text of a file; lines are not folded. */
export const valueText = (value: unknown, form: 'yaml' | 'json'): string =>
  form === 'yaml' ? stringify(value, { lineWidth: 0 }) : `${JSON.stringify(value, null, 2)}\n`;
