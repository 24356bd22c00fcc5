import { Document, stringify, YAMLSeq } from 'yaml';
import { completePriority, namespaceRegistry } from '#core/identity/namespaces.ts';
import { EXPERIENCE_EVENT_CLASS, PROFILE_CLASS } from '#core/schema/definition.ts';
import { pointerTo } from '#core/util/pointer.ts';
import type { Guess, GuessedField, InitOptions } from './guess.ts';
import type { FoundIdentity } from './identities.ts';
import { idKindOf } from './names.ts';

/** A namespace that the catalog has to define. */
interface OwnNamespace {
  readonly code: string;
  readonly idType: FoundIdentity['idType'];
}

/** The definitions that a guess comes to. @param csv what the dataset says of its CSV files @returns path below the folder of the catalog → text */
export function catalogOf(guess: Guess, options: InitOptions, file: string, csv?: object): Map<string, string> {
  const { dataset } = options;
  const own = ownNamespaces(guess);
  const hasProfile = guess.identities.length > 0 || guess.hasIdentityMap === true;
  const files = new Map<string, string>();
  for (const { code, idType } of own) files.set(`namespaces/${code}.yaml`, yaml({ code, name: code, idType }));
  const settings = settingsFor(guess, own);
  if (settings) files.set('identity-settings/settings.yaml', yaml(settings));
  files.set(
    `schemas/${dataset}.yaml`,
    `# Made by "tributary init" from ${commentText(file)}.\n${yaml(schemaOf(guess, options))}`,
  );
  files.set(`datasets/${dataset}.yaml`, datasetText(guess, options, hasProfile, csv));
  const policy = {
    id: 'default',
    default: true,
    identityGraph: { type: 'pdg' },
    attributeMerge: { type: 'timestampOrdered' },
  };
  files.set('merge-policies/default.yaml', yaml(policy));
  const isShown = guess.kind === 'event' || shownNamespace(guess) !== undefined;
  if (hasProfile && isShown) files.set(`segments/${segmentId(options)}.yaml`, yaml(segmentOf(guess, options)));
  return files;
}

const yaml = (value: object): string => stringify(value, { lineWidth: 0 });
/** A comment ends with its line. */
const commentText = (text: string): string => text.replaceAll(/[^\P{C} ]/gu, ' ');

const schemaIdOf = ({ tenant, dataset }: InitOptions): string => `https://${tenant}.example/schemas/${dataset}`;

/** The id of the segment of everybody whom a dataset tells of. */
export const segmentId = ({ dataset }: Pick<InitOptions, 'dataset'>): string => `all-${dataset}`;

function ownNamespaces({ identities, ownNamespaces: ofMap = [] }: Guess): OwnNamespace[] {
  const found = identities.filter(({ isOwn }) => isOwn).map(({ namespace, idType }) => ({ code: namespace, idType }));
  const named = ofMap.map((code): OwnNamespace => ({ code, idType: idTypeOf(code) }));
  return [...found, ...named];
}

function idTypeOf(code: string): OwnNamespace['idType'] {
  const kind = idKindOf(code.toLowerCase().endsWith('id') ? code : `${code}id`);
  if (kind === 'cookie') return 'COOKIE';
  return kind === 'device' ? 'DEVICE' : 'CROSS_DEVICE';
}

/** Without a namespace of a person's own number, the order that is built in will do. */
function settingsFor({ identities }: Guess, own: readonly OwnNamespace[]): object | undefined {
  const [primary] = own.filter(({ idType }) => idType === 'CROSS_DEVICE');
  if (!primary) return undefined;
  const used = new Set([...own.map(({ code }) => code), ...identities.map(({ namespace }) => namespace)]);
  const registry = namespaceRegistry(own);
  const order = completePriority([], registry).filter((code) => used.has(code));
  const namespacePriority = [primary.code, ...order.filter((code) => code !== primary.code)];
  return { namespacePriority, uniqueNamespaces: [primary.code] };
}

function schemaOf(guess: Guess, options: InitOptions): object {
  const { kind, identities, fields } = guess;
  return {
    $id: schemaIdOf(options),
    title: options.dataset,
    'meta:class': kind === 'event' ? EXPERIENCE_EVENT_CLASS : PROFILE_CLASS,
    type: 'object',
    properties: guess.properties ?? propertiesOf(guess),
    ...(identities.length > 0 && {
      descriptors: identities.map(({ source, namespace, isPrimary }) => ({
        '@type': 'xdm:descriptorIdentity',
        'xdm:sourceProperty': guess.properties ? source : pointerTo(destinationOf(source, fields).split('.')),
        'xdm:namespace': namespace,
        ...(isPrimary && { 'xdm:isPrimary': true }),
      })),
    }),
  };
}

const destinationOf = (source: string, fields: readonly GuessedField[]): string =>
  fields.find((field) => field.source === source)!.destination;

interface Properties {
  [name: string]: object;
}

/** The fields that a mapping fills, as nested objects. */
function propertiesOf({ fields, constants }: Guess): Properties {
  const root: Properties = {};
  const all = [...fields, ...constants.map(({ destination }) => ({ destination, schema: { type: 'string' } }))];
  for (const { destination, schema } of all) {
    const path = destination.split('.');
    let at = root;
    for (const name of path.slice(0, -1)) {
      at[name] ??= { type: 'object', properties: {} };
      at = (at[name] as { properties: Properties }).properties;
    }
    at[path.at(-1)!] = schema;
  }
  return root;
}

function datasetText(
  { fields, constants, properties }: Guess,
  options: InitOptions,
  hasProfile: boolean,
  csv: object | undefined,
): string {
  const { dataset } = options;
  const tags = { unifiedProfile: ['enabled:false'], unifiedIdentity: ['enabled:false'] };
  const head = {
    id: dataset,
    schemaRef: { id: schemaIdOf(options) },
    ...(!hasProfile && { tags }),
    ...(csv && { csv }),
  };
  if (properties) return yaml(head);
  const document = new Document(head);
  const rules = [
    ...fields.map(({ source, destination, rule, reason }) => ({ rule: { source, destination, ...rule }, reason })),
    ...constants.map((rule) => ({ rule, reason: 'the same of every row' })),
  ];
  const items = rules.map(({ rule, reason }) => {
    const node = document.createNode(rule, { flow: true });
    node.comment = ` ${commentText(reason)}`;
    return node;
  });
  const list = new YAMLSeq();
  list.items = items;
  document.set('mapping', list);
  return document.toString({ lineWidth: 0 });
}

const shownNamespace = ({ identities, shownNamespace: other }: Guess): string | undefined =>
  identities[0]?.namespace ?? other;

function segmentOf(guess: Guess, options: InitOptions): object {
  const { dataset } = options;
  const isEvent = guess.kind === 'event';
  const value = isEvent ? eventRule(guess) : recordRule(shownNamespace(guess)!);
  return {
    id: segmentId(options),
    name: isEvent ? `Everybody who has an event in ${dataset}` : `Everybody in ${dataset}`,
    description: 'A first audience, to see that the data arrives. Change its rule, or write others: docs/segments.md',
    expression: { type: 'PQL', format: 'pql/text', value: `${value}\n` },
  };
}

function eventRule({ constants: [constant] }: Guess): string {
  return constant ? `xEvent[eventType = ${JSON.stringify(constant.constant)}].count() >= 1` : 'xEvent.count() >= 1';
}

/** Who has an identity of the kind. */
const recordRule = (namespace: string): string =>
  `identityMap.${/^\w+$/.test(namespace) ? namespace : `\`${namespace}\``}.count() >= 1`;
