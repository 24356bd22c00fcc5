import { sourcesOfAttributes } from '#core/access/attribute-sources.ts';
import { unionsOf } from '#core/catalog/checks/union.ts';
import type { AttributeSource } from '#core/profile/provenance.ts';
import type { FieldTree } from '#core/schema/field-tree.ts';
import type { HttpAnswer } from '../http.ts';
import type { PeopleCall } from './deps.ts';
import { type Opened, openProfile, type ShownIdentity } from './opened.ts';

/** What stands where a name may be somebody's: keys of a map that no schema names. */
export const MASK = '•••••';

/** A value of a profile, and the record that set it. */
interface ShownAttribute {
  readonly path: readonly string[];
  readonly value?: unknown;
  readonly isMasked?: true;
  readonly labels: readonly string[];
  readonly dataset: string;
  readonly identity: ShownIdentity;
  readonly recordedAt: string;
}

/** `GET /{reference}/attributes`: each value with the dataset and the instant of the record that it comes from. */
export async function showAttributes(call: PeopleCall): Promise<HttpAnswer> {
  const opened = await openProfile(call, 'profile');
  if ('status' in opened) return opened;
  const { mergePolicy } = opened.settings.access;
  const attributes = await shownAttributes(opened, call);
  return { status: 200, body: { mergePolicy: nameOf(mergePolicy), asOf: isoOf(call.deps.now()), attributes } };
}

/** The values of a profile as a caller may see them. */
export async function shownAttributes(opened: Opened, { deps }: PeopleCall): Promise<ShownAttribute[]> {
  const { values } = opened.visibility;
  const tree = values === 'masked' ? unionsOf((await deps.definitions.active()).catalog).profile : undefined;
  return sourcesOfAttributes(opened, opened.settings.access).map((source) => shownAttribute(source, opened, tree));
}

function shownAttribute(
  { keys, value, datasetId, identity, time }: AttributeSource,
  opened: Opened,
  tree: FieldTree | undefined,
): ShownAttribute {
  const shown = opened.visibility.shown(keys, value);
  return {
    path: tree ? namesIn(keys, tree) : keys,
    ...(shown ? { value: shown.value } : { isMasked: true as const }),
    labels: opened.visibility.labelsOf(keys),
    dataset: datasetId,
    identity: opened.identity(identity),
    recordedAt: isoOf(time),
  };
}

/** A path of which the keys that no schema names are masked: in a map they may be addresses of people. */
export function namesIn(keys: readonly string[], tree: FieldTree): string[] {
  let here: FieldTree | 'open' | undefined = tree;
  return keys.map((key) => {
    const isNamed: boolean = typeof here === 'object' && here.names.includes(key);
    here = typeof here === 'object' ? here.child(key) : here;
    return isNamed ? key : MASK;
  });
}

/** An instant as answers have it. */
export const isoOf = (at: number): string => new Date(at).toISOString();

/** What something is called: its id where it has no name. */
export const nameOf = ({ id, name }: { readonly id: string; readonly name?: string | undefined }) => ({
  id,
  name: name ?? id,
});
