import { STANDARD_NAMESPACES } from '#core/identity/namespaces.ts';
import { type Findings, type Kind, type Loaded, type LoadedCatalog, placeOf } from '../loaded.ts';

const ID_KEYS: Partial<Record<Kind, { key: string; called: string }>> = {
  namespaces: { key: 'code', called: 'namespace' },
  schemas: { key: '$id', called: 'schema' },
  'schema-parts': { key: '$id', called: 'schema part' },
  datasets: { key: 'id', called: 'dataset' },
  'source-connections': { key: 'id', called: 'source connection' },
  datastreams: { key: 'id', called: 'datastream' },
  'merge-policies': { key: 'id', called: 'merge policy' },
  segments: { key: 'id', called: 'segment' },
  destinations: { key: 'id', called: 'destination' },
  activities: { key: 'id', called: 'activity' },
  labels: { key: 'name', called: 'label' },
  policies: { key: 'id', called: 'policy' },
  'consent-policies': { key: 'id', called: 'consent policy' },
};

/** Nothing is defined twice. Namespace codes differ in more than case, since answers write them in lower case. */
export function checkUnique(catalog: LoadedCatalog, findings: Findings): void {
  for (const [kind, { key, called }] of Object.entries(ID_KEYS)) {
    const seen = new Map<string, Loaded<unknown>>();
    for (const loaded of catalog[kind as Kind]) {
      if (loaded.id === undefined) continue;
      const first = seen.get(loaded.id);
      if (!first) seen.set(loaded.id, loaded);
      else {
        const hint = `the first one is in ${placeOf(first, [key])}`;
        findings.at(loaded, [key], `the ${called} "${loaded.id}" is defined twice`, { hint });
      }
    }
  }
  checkNamespaceCodes(catalog.namespaces, findings);
  for (const kind of ['identity', 'evaluation'] as const) {
    const [first, ...extras] = catalog[`${kind}-settings`];
    for (const extra of extras) {
      const hint = `the first ones are in ${first!.file.path}`;
      findings.at(extra, [], `there are ${kind} settings already`, { expected: 'one file', hint });
    }
  }
}

function checkNamespaceCodes(namespaces: LoadedCatalog['namespaces'], findings: Findings): void {
  const standard = new Map(STANDARD_NAMESPACES.map(({ code }) => [code.toLowerCase(), code]));
  const own = new Map<string, string>();
  for (const loaded of namespaces) {
    const { id } = loaded;
    if (id === undefined) continue;
    const builtIn = standard.get(id.toLowerCase());
    if (builtIn !== undefined) {
      const hint = 'leave it out: standard namespaces need no definition';
      findings.at(loaded, ['code'], `the namespace "${builtIn}" is built in`, { hint });
    }
    const other = own.get(id.toLowerCase()) ?? id;
    if (other !== id) findings.at(loaded, ['code'], `"${id}" and "${other}" differ in case only`);
    own.set(id.toLowerCase(), other);
  }
}
