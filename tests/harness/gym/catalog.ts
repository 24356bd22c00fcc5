import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What a gym may change about its catalog. */
export interface GymChanges {
  /** The type of the plan's field; another than `string` is what data so far does not survive. */
  readonly planType?: 'string' | 'integer';
  /** Visits are counted no more: no dataset of them, and no segment that reads them. */
  readonly withoutVisits?: true;
}

const PROFILE = 'https://ns.adobe.com/xdm/context/profile';
const EVENT = 'https://ns.adobe.com/xdm/context/experienceevent';
const schemaId = (name: string): string => `https://gym.example/schemas/${name}`;

const gymFields = (fields: object): object => ({
  type: 'object',
  required: ['memberNo'],
  additionalProperties: false,
  properties: { memberNo: { type: 'string', minLength: 1 }, ...fields },
});

const primary = {
  '@type': 'xdm:descriptorIdentity',
  'xdm:sourceProperty': '/_gym/memberNo',
  'xdm:namespace': 'MEMBERNO',
  'xdm:isPrimary': true,
};

const segment = (id: string, value: string): object => ({
  id,
  name: id,
  expression: { type: 'PQL', format: 'pql/text', value },
});

/** The catalog of a gym, which has nothing to do with the example's, as its files. */
function filesOf({ planType = 'string', withoutVisits }: GymChanges): Record<string, object> {
  const members = {
    $id: schemaId('members'),
    title: 'Members',
    'meta:class': PROFILE,
    type: 'object',
    required: ['_gym'],
    properties: { _gym: gymFields({ plan: { type: planType } }) },
    descriptors: [primary],
  };
  const visits = {
    $id: schemaId('visits'),
    title: 'Visits',
    'meta:class': EVENT,
    type: 'object',
    required: ['_id', 'timestamp', 'eventType', '_gym'],
    properties: {
      _id: { type: 'string', minLength: 1 },
      timestamp: { type: 'string', format: 'date-time' },
      eventType: { const: 'gym.visit' },
      _gym: gymFields({}),
    },
    descriptors: [primary],
  };
  const ofVisits = {
    'schemas/visits': visits,
    'datasets/visits': { id: 'visits', name: 'Visits', schemaRef: { id: schemaId('visits') } },
    'segments/regulars': segment(
      'regulars',
      'xEvent[eventType = "gym.visit" and timestamp occurs <= 30 days before now].count() >= 3',
    ),
  };
  return {
    'namespaces/member': { code: 'MEMBERNO', name: 'Member number', idType: 'CROSS_DEVICE' },
    'identity-settings/settings': { namespacePriority: ['MEMBERNO'], uniqueNamespaces: ['MEMBERNO'] },
    'merge-policies/default': {
      id: 'default',
      name: 'default',
      default: true,
      identityGraph: { type: 'pdg' },
      attributeMerge: { type: 'timestampOrdered' },
    },
    'schemas/members': members,
    'datasets/members': {
      id: 'members',
      name: 'Members',
      schemaRef: { id: schemaId('members') },
      mapping: [
        { source: 'member', destination: '_gym.memberNo' },
        { source: 'plan', destination: '_gym.plan', ...(planType === 'integer' && { type: 'integer' }) },
      ],
    },
    // To have a schema of another type is wrong enough.
    'segments/premium': segment('premium', planType === 'string' ? '_gym.plan = "premium"' : '_gym.plan = 2'),
    ...(!withoutVisits && ofVisits),
    'destinations/webhook': {
      id: 'webhook',
      name: 'Front desk',
      type: 'http',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the catalog
      url: '${WEBHOOK_URL}',
      segments: withoutVisits ? ['premium'] : ['premium', 'regulars'],
      identities: ['MEMBERNO'],
    },
  };
}

/** Writes the catalog of a gym into a folder. JSON is YAML. */
export function writeGymCatalog(folder: string, changes: GymChanges = {}): string {
  for (const [name, definition] of Object.entries(filesOf(changes))) {
    const path = join(folder, `${name}.yaml`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${JSON.stringify(definition, undefined, 2)}\n`);
  }
  return folder;
}
