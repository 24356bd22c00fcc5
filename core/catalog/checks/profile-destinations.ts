import { type ProfileDestination, typeOf } from '#core/activation/registry.ts';
import { type FieldTree, lookUp } from '#core/schema/field-tree.ts';
import { didYouMean } from '#core/util/did-you-mean.ts';
import type { Findings, Loaded } from '../loaded.ts';
import type { Path } from '../source-file.ts';
import { expectNamespace } from './namespaces.ts';

/** Destinations that are sent people: their identities and attributes exist and may be sent. */
export function checkProfileDestination(
  loaded: Loaded<unknown>,
  destination: ProfileDestination,
  namespaces: ReadonlySet<string>,
  datasets: ReadonlySet<string>,
  union: FieldTree | undefined,
  findings: Findings,
): void {
  const type = typeOf(destination);
  const expectIdentity = (code: string, path: Path): void => {
    expectNamespace(code, namespaces, loaded, path, findings);
    // aep.md §6.4
    if (code !== 'Phone') return;
    const hint = 'use Phone_E.164, or Phone_SHA256_E.164 for its hash, and map numbers to E.164 in the dataset';
    findings.at(loaded, path, 'identities of namespace "Phone" may be written in any way and can\'t be activated', {
      hint,
    });
  };
  const expectAttribute = (attribute: string, path: Path): void => {
    const found = lookUp(union ?? 'open', attribute.split('.'));
    if (found.known) return;
    const hint = didYouMean(found.missing.split('.').at(-1)!, found.names);
    findings.at(loaded, path, `"${attribute}" is not an attribute of profiles`, { hint });
  };

  const expectDataset = (dataset: string, path: Path): void => {
    if (datasets.has(dataset)) return;
    findings.at(loaded, path, `unknown dataset "${dataset}"`, { hint: didYouMean(dataset, datasets) });
  };

  const { attributes = [], mandatoryAttributes = [] } = destination as Mapped;
  for (const [i, attribute] of attributes.entries()) {
    if (!type.columns?.includes(attribute)) expectAttribute(attribute, ['attributes', i]);
  }
  for (const [i, attribute] of mandatoryAttributes.entries()) expectAttribute(attribute, ['mandatoryAttributes', i]);
  for (const reference of type.references?.(destination) ?? []) {
    if ('namespace' in reference) expectIdentity(reference.namespace, reference.path);
    else if ('attribute' in reference) expectAttribute(reference.attribute, reference.path);
    else expectDataset(reference.dataset, reference.path);
  }
  for (const { path, message, hint } of type.check?.(destination) ?? []) {
    findings.at(loaded, path, message, hint === undefined ? {} : { hint });
  }
}

interface Mapped {
  readonly attributes?: readonly string[];
  readonly mandatoryAttributes?: readonly string[];
}
