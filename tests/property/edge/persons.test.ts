import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Catalog } from '#core/catalog/catalog.ts';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { loadCatalog } from '#core/catalog/load.ts';
import { acceptRecord } from '#core/ingestion/accept.ts';
import { receiveMessage } from '#core/pipeline/receive-message.ts';
import { edgeFunction } from '#tests/harness/edge/edge-function.ts';
import { runs } from '#tests/harness/runs.ts';

const OWN = '38279471055512904671042733315590217744';
const OTHER = '07813354920016728830914420065731820456';
const NOW = Date.parse('2026-03-01T10:00:00Z');

const descriptor = (property: string, namespace: string): string =>
  `  - { "@type": xdm:descriptorIdentity, xdm:sourceProperty: ${property}, xdm:namespace: ${namespace} }\n`;

/** A shop whose events have identities of all kinds in fields of their own, besides those in `identityMap`. */
const FILES = {
  'namespaces/own.yaml':
    '- { code: CRMID, idType: CROSS_DEVICE }\n- { code: toString, idType: CROSS_DEVICE }\n- { code: Till, idType: DEVICE, needsProof: true }\n- { code: Kiosk, idType: DEVICE }\n',
  'schemas/events.yaml': `$id: https://shop.example/events\nmeta:class: https://ns.adobe.com/xdm/context/experienceevent\ntype: object\nproperties:\n  identityMap: { type: object }\n  _shop: { type: object, properties: { crmId: { type: string }, visitor: { type: string }, deep: { type: object, properties: { mail: { type: string } } } } }\ndescriptors:\n${descriptor('/_shop/crmId', 'CRMID')}${descriptor('/_shop/visitor', 'ECID')}${descriptor('/_shop/deep/mail', 'Email')}`,
  'datasets/events.yaml': 'id: events\nschemaRef: { id: https://shop.example/events }\n',
  'datastreams/web.yaml':
    'id: web\norgId: ABCDEF0123456789@AdobeOrg\neventDataset: events\nallowedOrigins: ["https://www.riverbend.example"]\n',
  'datastreams/trusting.yaml':
    'id: trusting\norgId: ABCDEF0123456789@AdobeOrg\neventDataset: events\ntrustBrowserIdentities: true\nallowedOrigins: ["https://www.riverbend.example"]\n',
};

const EMAIL_URI = 'https://data.adobe.io/entities/namespace/6';
const ECID_URI = 'https://data.adobe.io/entities/namespace/4';
const NAMESPACES = [
  'CRMID',
  'Email',
  'Phone',
  'toString',
  'Till',
  'Kiosk',
  'IDFA',
  'ECID',
  'FPID',
  'identityToken',
  EMAIL_URI,
  ECID_URI,
];
const id = fc.constantFrom('RB-1', 'ada@example.com', '4711', OTHER, OWN);
const item = fc.record(
  { id, primary: fc.boolean(), authenticatedState: fc.constantFrom('ambiguous', 'authenticated') },
  { requiredKeys: ['id'] },
);
const value = fc.oneof(id, fc.integer({ min: 1, max: 99_999 }), fc.boolean(), fc.array(id, { maxLength: 2 }));

const text = fc.oneof({ weight: 8, arbitrary: id }, fc.integer({ min: 1, max: 99_999 }), value);
const optional = { requiredKeys: [] };

/** All the places in which an event may say who it is about. */
const nested = fc.record(
  {
    identityMap: fc.dictionary(fc.constantFrom(...NAMESPACES), fc.array(item, { maxLength: 3 }), { maxKeys: 5 }),
    _shop: fc.record({ crmId: text, visitor: text, deep: fc.record({ mail: text }, optional) }, optional),
    _tributary: fc.constantFrom<unknown>('x', { unverifiedIdentities: { CRMID: 1 } }, { identityMap: {} }),
  },
  optional,
);
/** The same as names with dots, which lead into nested fields later on. */
const flat = fc.record(
  {
    'identityMap.CRMID': fc.array(item, { maxLength: 2 }),
    'identityMap.Email': fc.array(item, { maxLength: 2 }),
    '_shop.crmId': text,
    '_shop.deep.mail': text,
    '_tributary.unverifiedIdentities': fc.constant({ CRMID: 1 }),
  },
  optional,
);
const claims = fc.oneof(
  nested,
  flat,
  fc.tuple(nested, flat).map(([one, other]) => ({ ...one, ...other })),
);

describe('whom a browser may claim to be', () => {
  let catalog: Catalog;
  let compiled: CompiledCatalog;
  beforeAll(() => {
    const loaded = loadCatalog(new Map(Object.entries(FILES)), {});
    expect(loaded.problems).toEqual([]);
    catalog = loaded.catalog!;
    compiled = compileCatalog(catalog);
  });

  /** What becomes of an event on its way from the page through the stream, if it is accepted. */
  async function acceptedOf(xdm: object, top: object, configId: string) {
    const edge = edgeFunction(catalog);
    const identityMap = { ...top, ECID: [{ id: OWN }] };
    const state = { domain: '', cookiesEnabled: true };
    const body = { xdm: { identityMap }, identityMap: top, events: [{ xdm }], meta: { state } };
    const reply = await edge.call({ query: { configId }, body });
    const [message] = edge.stream;
    if (!message) return { reply, identities: undefined, entity: undefined };
    const received = receiveMessage(message.data, { source: 'test' }, { receivedAt: NOW, tieBreaker: '' }, compiled);
    expect(received.rejection).toBeUndefined();
    const dataset = compiled.datasets.get('events')!;
    const accepted = acceptRecord(received.entity, dataset, { receivedAt: NOW, tieBreaker: '', ingestionId: '' });
    const identities = 'record' in accepted ? accepted.record.identities : undefined;
    return { reply, identities, entity: received.entity as Record<string, unknown> };
  }

  it('wherever an unsigned event names persons, or other devices, no identity of it is one of theirs', async () => {
    const seen = { accepted: 0, unverified: 0 };
    const top = fc.dictionary(
      fc.constantFrom('CRMID', 'Email', 'toString', EMAIL_URI),
      fc.array(item, { maxLength: 2 }),
    );
    await fc.assert(
      fc.asyncProperty(claims, top, async (xdm, atTop) => {
        const { identities, entity } = await acceptedOf(xdm, atTop, 'web');
        if (!identities) return;
        seen.accepted++;
        if (JSON.stringify(entity).includes('unverifiedIdentities')) seen.unverified++;
        const named = identities.map(({ namespace, value: found }) => `${namespace}:${found}`);
        const devices = named.filter((one) => /^(Kiosk|IDFA):/.test(one));
        expect([...named].sort()).toEqual([`ECID:${OWN}`, ...devices].sort());
      }),
      runs(1, 300),
    );
    expect(seen.accepted).toBeGreaterThan(50);
    expect(seen.unverified).toBeGreaterThan(20);
  });

  it('what was claimed stays on the event, once for each, where nothing reads it as an identity', async () => {
    const identityMap = { CRMID: [{ id: 'RB-1', primary: true }], [EMAIL_URI]: [{ id: 'ada@example.com' }] };
    const { entity } = await acceptedOf({ identityMap, _shop: { crmId: 4711, visitor: OTHER, other: 1 } }, {}, 'web');
    expect(entity).toMatchObject({
      identityMap: { ECID: [{ id: OWN, primary: true }] },
      _shop: { other: 1 },
      _tributary: {
        unverifiedIdentities: {
          CRMID: [{ id: 'RB-1', primary: true }, { id: '4711' }],
          Email: [{ id: 'ada@example.com' }],
          ECID: [{ id: OTHER }],
        },
      },
    });
    expect(entity!._shop).toEqual({ other: 1 });
  });

  it('a datastream that trusts its pages believes them', async () => {
    const { identities } = await acceptedOf({ identityMap: { CRMID: [{ id: 'RB-1' }] } }, {}, 'trusting');
    expect(identities!.map(({ namespace }) => namespace).sort()).toEqual(['CRMID', 'ECID']);
  });
});
