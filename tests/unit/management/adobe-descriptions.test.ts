import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { isObject } from '#core/util/is-object.ts';
import { pointerStep } from '#core/util/pointer.ts';
import { createManagement } from '#tests/harness/management/management.ts';
import { outsideData } from '#tests/harness/outside/data.ts';
import { describeOutside } from '#tests/harness/outside/describe.ts';
import { exampleDefinitions } from '#tests/harness/platform/example.ts';

const DESCRIPTIONS = outsideData('data/specs/adobe');
const PROFILE = 'https://ns.adobe.com/xdm/context/profile';
const GOLD = { type: 'PQL', format: 'pql/text', value: 'loyalty.tier = "gold"' };

/** An answer to a call, by the file that describes it, its path there and the status there. */
interface Example {
  readonly file: string;
  readonly path: string;
  readonly method: string;
  readonly call: readonly [method: string, address: string, body?: unknown, headers?: Record<string, string>];
  readonly status?: string;
  /** What the description says and the answer does not keep, and why. */
  readonly deviation?: { readonly at: RegExp; readonly why: string };
}

const registry = (path: string): string => `/data/foundation/schemaregistry${path}`;
const ups = (path: string): string => `/data/core/ups${path}`;
const full = { accept: 'application/vnd.adobe.xed-full+json; version=1' };
const schemaId = encodeURIComponent('https://riverbend.example/schemas/customers');

const EXAMPLES: readonly Example[] = [
  { file: 'schema-registry', path: '/stats', method: 'get', call: ['GET', registry('/stats')] },
  {
    file: 'schema-registry',
    path: '/{CONTAINER_ID}/schemas',
    method: 'get',
    call: ['GET', registry('/tenant/schemas')],
    deviation: { at: /_page\/next/, why: 'the last page says null, as the examples of the description do' },
  },
  {
    file: 'schema-registry',
    path: '/{CONTAINER_ID}/schemas/{SCHEMA_ID}',
    method: 'get',
    call: ['GET', registry(`/tenant/schemas/${schemaId}`), undefined, full],
  },
  {
    file: 'schema-registry',
    path: '/{CONTAINER_ID}/fieldgroups',
    method: 'get',
    call: ['GET', registry('/global/fieldgroups')],
    deviation: { at: /_page\/next/, why: 'the last page says null, as the examples of the description do' },
  },
  {
    file: 'schema-registry',
    path: '/{CONTAINER_ID}/classes',
    method: 'get',
    call: ['GET', registry('/global/classes')],
    deviation: { at: /_page\/next/, why: 'the last page says null, as the examples of the description do' },
  },
  {
    file: 'schema-registry',
    path: '/{CONTAINER_ID}/classes/{CLASS_ID}',
    method: 'get',
    call: ['GET', registry(`/global/classes/${encodeURIComponent(PROFILE)}`)],
  },
  {
    file: 'schema-registry',
    path: '/{CONTAINER_ID}/datatypes',
    method: 'get',
    call: ['GET', registry('/global/datatypes')],
    deviation: { at: /_page\/next/, why: 'the last page says null, as the examples of the description do' },
  },
  {
    file: 'schema-registry',
    path: '/global/behaviors',
    method: 'get',
    call: ['GET', registry('/global/behaviors')],
    deviation: { at: /_page\/next/, why: 'the last page says null, as the examples of the description do' },
  },
  {
    file: 'schema-registry',
    path: '/{CONTAINER_ID}/descriptors',
    method: 'get',
    call: ['GET', registry('/tenant/descriptors')],
    deviation: { at: /sourceVersion/, why: 'the description has text where its examples have a number' },
  },
  {
    file: 'schema-registry',
    path: '/tenant/unions',
    method: 'get',
    call: ['GET', registry('/tenant/unions')],
  },
  {
    file: 'schema-registry',
    path: '/tenant/schemas',
    method: 'post',
    status: '201',
    call: ['POST', registry('/tenant/schemas'), { title: 'Visitors', type: 'object', allOf: [{ $ref: PROFILE }] }],
  },
  { file: 'catalog', path: '/dataSets', method: 'get', call: ['GET', '/data/foundation/catalog/dataSets'] },
  {
    file: 'catalog',
    path: '/dataSets/{DATASET_ID}',
    method: 'get',
    call: ['GET', '/data/foundation/catalog/dataSets/customers'],
  },
  {
    file: 'segmentation',
    path: '/segment/definitions',
    method: 'get',
    call: ['GET', ups('/segment/definitions')],
    deviation: {
      at: /required property/,
      why: 'the description tells one definition where its text says that there is a list',
    },
  },
  {
    file: 'segmentation',
    path: '/segment/definitions',
    method: 'post',
    call: ['POST', ups('/segment/definitions'), { name: 'Gold', expression: GOLD }],
  },
  {
    file: 'segmentation',
    path: '/segment/definitions/{SEGMENT_ID}',
    method: 'get',
    call: ['GET', ups('/segment/definitions/gold-and-silver')],
  },
  {
    file: 'segmentation',
    path: '/audiences',
    method: 'get',
    call: ['GET', ups('/audiences')],
    deviation: { at: /oneOf/, why: 'what the description tells apart has no member that tells it apart' },
  },
  {
    file: 'segmentation',
    path: '/audiences/{AUDIENCE_ID}',
    method: 'get',
    call: ['GET', ups('/audiences/gold-and-silver')],
  },
  { file: 'segmentation', path: '/segment/jobs', method: 'get', call: ['GET', ups('/segment/jobs')] },
  { file: 'segmentation', path: '/config/schedules', method: 'get', call: ['GET', ups('/config/schedules')] },
  {
    file: 'segmentation',
    path: '/segment/conversion',
    method: 'post',
    call: [
      'POST',
      ups('/segment/conversion'),
      { name: 'x', schema: { name: '_xdm.context.profile' }, expression: GOLD },
    ],
  },
  { file: 'profile', path: '/ups/config/mergePolicies', method: 'get', call: ['GET', ups('/config/mergePolicies')] },
  {
    file: 'profile',
    path: '/ups/config/mergePolicies/{mergePolicyId}',
    method: 'get',
    call: ['GET', ups('/config/mergePolicies/default')],
  },
  {
    file: 'identity-service',
    path: '/idnamespace/identities',
    method: 'get',
    call: ['GET', '/data/core/idnamespace/identities'],
    deviation: { at: /idType/, why: 'types are written in upper case, as in the pages about namespaces' },
  },
  {
    file: 'flow-service',
    path: '/connections',
    method: 'get',
    call: ['GET', '/data/foundation/flowservice/connections'],
  },
  { file: 'flow-service', path: '/flows', method: 'get', call: ['GET', '/data/foundation/flowservice/flows'] },
  {
    file: 'flow-service',
    path: '/sourceConnections',
    method: 'get',
    call: ['GET', '/data/foundation/flowservice/sourceConnections'],
  },
  {
    file: 'flow-service',
    path: '/targetConnections',
    method: 'get',
    call: ['GET', '/data/foundation/flowservice/targetConnections'],
  },
  { file: 'flow-service', path: '/runs', method: 'get', call: ['GET', '/data/foundation/flowservice/runs'] },
  {
    file: 'flow-service',
    path: '/connectionSpecs',
    method: 'get',
    call: ['GET', '/data/foundation/flowservice/connectionSpecs'],
  },
  { file: 'flow-service', path: '/flowSpecs', method: 'get', call: ['GET', '/data/foundation/flowservice/flowSpecs'] },
  {
    file: 'policy-service',
    path: '/labels/core',
    method: 'get',
    call: ['GET', '/data/foundation/dulepolicy/labels/core'],
  },
  {
    file: 'policy-service',
    path: '/policies/core',
    method: 'get',
    call: ['GET', '/data/foundation/dulepolicy/policies/core'],
  },
  {
    file: 'policy-service',
    path: '/policies/custom',
    method: 'get',
    call: ['GET', '/data/foundation/dulepolicy/policies/custom'],
  },
  {
    file: 'policy-service',
    path: '/marketingActions/core',
    method: 'get',
    call: ['GET', '/data/foundation/dulepolicy/marketingActions/core'],
  },
  {
    file: 'policy-service',
    path: '/enabledCorePolicies',
    method: 'get',
    call: ['GET', '/data/foundation/dulepolicy/enabledCorePolicies'],
  },
  {
    file: 'sandbox',
    path: '/sandbox-management/sandboxes',
    method: 'get',
    call: ['GET', '/data/foundation/sandbox-management/sandboxes'],
  },
  {
    file: 'access-control',
    path: '/acl/reference',
    method: 'get',
    call: ['GET', '/data/foundation/access-control/acl/reference'],
  },
  {
    file: 'access-control',
    path: '/administration/roles',
    method: 'get',
    call: ['GET', '/data/foundation/access-control/administration/roles'],
    deviation: { at: /labels/, why: 'the description has text where its example has a list' },
  },
  {
    file: 'access-control',
    path: '/administration/products',
    method: 'get',
    call: ['GET', '/data/foundation/access-control/administration/products'],
  },
  {
    file: 'audit-query',
    path: '/audit/events',
    method: 'get',
    call: ['GET', '/data/foundation/audit/events'],
    deviation: {
      at: /assetType|permissionResource|region/,
      why: 'a version of the catalog is no asset that AEP knows, and a stage is in no region of AEP',
    },
  },
  {
    file: 'data-prep',
    path: '/languages/el/functions',
    method: 'get',
    call: ['GET', '/data/foundation/conversion/languages/el/functions'],
  },
  {
    file: 'data-prep',
    path: '/languages/el/operators',
    method: 'get',
    call: ['GET', '/data/foundation/conversion/languages/el/operators'],
  },
  { file: 'data-prep', path: '/mappingSets', method: 'get', call: ['GET', '/data/foundation/conversion/mappingSets'] },
  {
    file: 'dataset-service',
    path: '/datasets/{DATASET_ID}/labels',
    method: 'get',
    call: ['GET', '/data/foundation/dataset/datasets/customers/labels'],
  },
  {
    file: 'observability-insights',
    path: '/metrics',
    method: 'post',
    call: [
      'POST',
      '/data/infrastructure/observability/insights/metrics',
      {
        start: '2026-01-01T00:00:00Z',
        end: '2026-02-01T00:00:00Z',
        granularity: 'day',
        metrics: [{ name: 'timeseries.ingestion.dataset.recordsuccess.count', filters: [] }],
      },
    ],
  },
];

/** Examples hold schemas that a validator would take for its own. */
function withoutExamples(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutExamples);
  if (!isObject(node)) return node;
  const kept = Object.entries(node).filter(([key]) => key !== 'example' && key !== 'examples');
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutExamples(value)]));
}

/** A file that was read. */
interface Description {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, Response>> }>>>
  >;
}
interface Response {
  readonly content?: Readonly<Record<string, { readonly schema?: object }>>;
  readonly schema?: object;
}

describeOutside(DESCRIPTIONS, 'answers of the management host, by the descriptions that Adobe publishes', () => {
  const validators = new Map<string, Ajv>();
  const documents = new Map<string, Description>();
  beforeAll(() => {
    for (const file of new Set(EXAMPLES.map((example) => example.file))) {
      const document = withoutExamples(parse(readFileSync(join(DESCRIPTIONS.path, `${file}.yaml`), 'utf8')));
      const ajv = new Ajv({
        strict: false,
        allErrors: true,
        validateFormats: false,
        validateSchema: false,
        logger: false,
      });
      ajv.addSchema(document as object, file);
      validators.set(file, ajv);
      documents.set(file, document as Description);
    }
  });

  /** The schema of an answer: OpenAPI 3 has it below a type of content, Swagger 2 right there. */
  function validatorOf({ file, path, method, status = '200' }: Example): ValidateFunction | undefined {
    const response = documents.get(file)!.paths[path]?.[method]?.responses[status];
    expect(response, `${file} ${method} ${path}`).toBeDefined();
    const [type] = Object.keys(response!.content ?? {});
    const steps = ['paths', path, method, 'responses', status, ...(type ? ['content', type] : []), 'schema'];
    if (!(type ? response!.content![type]!.schema : response!.schema)) return undefined;
    const pointer = steps.map((step) => `/${encodeURIComponent(pointerStep(step).slice(1))}`).join('');
    return validators.get(file)!.compile({ $ref: `${file}#${pointer}` });
  }

  it.each(EXAMPLES)('$call.0 $call.1 is as $file says', async (example) => {
    const management = createManagement(await exampleDefinitions());
    const { status, body } = await management.call(...example.call);
    expect(String(status)).toBe(example.status ?? '200');
    const validate = validatorOf(example);
    const isValid = !validate || validate(JSON.parse(JSON.stringify(body)));
    const errors = (validate?.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
    const unexpected = errors.filter((error) => !example.deviation?.at.test(error));
    expect(unexpected.slice(0, 5)).toEqual([]);
    // A reason that is none any more is to be taken out.
    if (example.deviation) expect(isValid, example.deviation.why).toBe(false);
  });
});
