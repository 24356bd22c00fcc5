import { describe, expect, it } from 'vitest';
import { loadCatalog, renderProblem } from '#core/catalog/load.ts';

const EVENT = 'https://ns.adobe.com/xdm/context/experienceevent';
const PROFILE = 'https://ns.adobe.com/xdm/context/profile';
const schema = (id: string, of: string, more = ''): string =>
  `$id: https://shop.example/${id}\nmeta:class: ${of}\ntype: object\nproperties: { identityMap: { type: object }, eventType: { type: string } }\n${more}`;
const dataset = (id: string): string => `id: ${id}\nschemaRef: { id: https://shop.example/${id} }\n`;

function checked(datastream: string) {
  const files = {
    'schemas/events.yaml': schema('events', EVENT),
    'schemas/closed.yaml': schema('closed', EVENT, 'additionalProperties: false\n'),
    'schemas/consents.yaml': schema('consents', PROFILE),
    ...Object.fromEntries(['events', 'closed', 'consents'].map((id) => [`datasets/${id}.yaml`, dataset(id)])),
    'datastreams/web.yaml': datastream,
  };
  const { catalog, problems, warnings } = loadCatalog(new Map(Object.entries(files)), {});
  return { catalog, problems: problems.map(renderProblem), warnings: warnings.map(renderProblem) };
}
const GOOD = 'id: web\norgId: ABC@AdobeOrg\neventDataset: events\n';

describe('a datastream', () => {
  it('needs an organisation and a dataset of events, and is closed to pages until it names them', () => {
    const { catalog, problems, warnings } = checked(GOOD);
    expect([problems, warnings]).toEqual([[], []]);
    expect(catalog!.datastreams).toEqual([
      {
        id: 'web',
        enabled: true,
        orgId: 'ABC@AdobeOrg',
        eventDataset: 'events',
        accessType: 'mixed',
        allowedOrigins: [],
        fpidCookie: 'FPID',
        idMigration: true,
        trustBrowserIdentities: false,
        serverKeySha256: [],
        defaultConsent: 'in',
        ipObfuscation: 'all',
        mapping: [],
        assumeRegion: false,
      },
    ]);
  });

  it.each([
    ['eventDataset: evnts', 'datastreams/web.yaml:3:15  unknown dataset "evnts"'],
    ['eventDataset: consents', 'dataset "consents" has records of another class'],
    ['eventDataset: events\nprofileDataset: events', 'dataset "events" has records of another class'],
    ['eventDataset: closed', 'the schema of dataset "closed" rejects what the edge adds to records'],
    ['eventDataset: events\noverrides: { eventDatasets: [nope] }', 'unknown dataset "nope"'],
    ['eventDataset: events\naccessType: authenticated', 'nobody can call it: it wants a key and knows none'],
    ['eventDataset: events\nmapping: [{ source: a, destination: eventTyp }]', 'datastreams/web.yaml:4:37'],
    ['eventDataset: events\nallowedOrigins: [https://shop.example/page]', 'an origin such as https://www.shop.example'],
    ['eventDataset: events\nidentityTokens: { keys: [{ kty: EC, d: x }] }', 'which only the site may have'],
    ['eventDataset: events\nfirstPartyDomain: https://shop.example', 'a domain such as shop.example'],
  ])('that says "%s" is wrong, and it is said where', (more, message) => {
    const { problems } = checked(GOOD.replace('eventDataset: events', more));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(message);
  });

  it('that believes every page, or takes calls of every page, may be meant so, and is warned of', () => {
    const { problems, warnings } = checked(`${GOOD}trustBrowserIdentities: true\nallowedOrigins: ["*"]\n`);
    expect(problems).toEqual([]);
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toContain('whoever can call the datastream can claim to be anybody');
    expect(warnings[1]).toContain('pages of every site may call the datastream');
  });
});
