import type { Catalog } from './catalog.ts';
import type { Kind } from './loaded.ts';

/** Which definitions of a catalog lie in which folder, each with what its file is called by. */
const FOLDERS: {
  readonly [K in Kind]: (catalog: Catalog) => readonly (readonly [name: string, definition: object])[];
} = {
  namespaces: ({ namespaces }) => namespaces.map((one) => [one.code, one]),
  'identity-settings': ({ identitySettings: one }) => (one ? [['settings', one]] : []),
  'evaluation-settings': ({ evaluationSettings: one }) => (one ? [['settings', one]] : []),
  schemas: ({ schemas }) => schemas.map((one) => [one.$id, one]),
  datasets: ({ datasets }) => datasets.map((one) => [one.id, one]),
  'source-connections': ({ sourceConnections = [] }) => sourceConnections.map((one) => [one.id, escaped(one)]),
  'merge-policies': ({ mergePolicies }) => mergePolicies.map((one) => [one.id, one]),
  segments: ({ segments }) => segments.map((one) => [one.id, one]),
  destinations: ({ destinations }) => destinations.map((one) => [one.id, escaped(one)]),
  labels: ({ labels = [] }) => labels.map((one, i) => [String(i), one]),
  policies: ({ policies = [] }) => policies.map((one, i) => [String(i), one]),
  'consent-policies': ({ consentPolicies = [] }) => consentPolicies.map((one) => [one.id, one]),
};

/**
 * A catalog that was active before, as files: so that it is read and checked like any other. Variables stand in it with the
 * values that they had.
 */
export function catalogFiles(catalog: Catalog): Map<string, string> {
  const files = new Map<string, string>();
  for (const [folder, definitionsIn] of Object.entries(FOLDERS)) {
    for (const [name, definition] of definitionsIn(catalog)) {
      files.set(`${folder}/${encodeURIComponent(name)}.json`, JSON.stringify(definition, null, 2));
    }
  }
  return files;
}

/** Where files may have variables, what looks like one is none. */
const escaped = (definition: object): object =>
  JSON.parse(JSON.stringify(definition).replaceAll('${', () => '$${')) as object;
