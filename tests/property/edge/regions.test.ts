import { expect, it } from 'vitest';
import { compileCatalog } from '#core/catalog/compile.ts';
import { datastreamDefinition } from '#core/edge/definition.ts';
import { edgeFunction } from '#tests/harness/edge/edge-function.ts';
import { exampleDefinitions } from '#tests/harness/platform/example.ts';
import { createPlatform } from '#tests/harness/platform/platform.ts';
import { readWiring } from '#tests/harness/poller/event-source.ts';
import { templatesOf } from '#tests/infra/stages.ts';

it('devices of two countries are sent to two regions of Audience Manager, from what the Web SDK sends alone', async () => {
  const definitions = await exampleDefinitions();
  const [datastream] = definitions.datastreams!;
  const datastreams = [datastreamDefinition.parse({ ...datastream, countryHeader: 'cloudfront-viewer-country' })];
  const catalog = { ...definitions, datastreams };
  const start = Date.parse('2026-03-01T10:00:00Z');
  const wiring = readWiring(templatesOf('prod'));
  const platform = createPlatform({ wiring, catalog: compileCatalog(catalog), start });
  const edge = edgeFunction(catalog, { now: platform.poller.clock.now, stores: platform.stores });
  const tents = { commerce: { productViews: { value: 1 } }, web: { webPageDetails: { siteSection: 'tents' } } };
  const ecidOf = async (country: string): Promise<string> => {
    const body = { events: [{ xdm: tents }] };
    const reply = await edge.call({ headers: { 'cloudfront-viewer-country': country }, body });
    return reply.payloads('identity:result')[0].id;
  };
  const [german, indian, nowhere] = [await ecidOf('DE'), await ecidOf('IN'), await ecidOf('AQ')];
  for (const { key, data } of edge.stream) platform.collect(Buffer.from(data).toString('utf8'), key);
  await platform.poller.run();
  const sent = platform.requests.map(({ request }) => `${request.url}?${request.body ?? ''}`);
  const hostsOf = (ecid: string) => sent.filter((text) => text.includes(ecid)).map((text) => new URL(text).host);
  expect(new Set(hostsOf(german))).toEqual(new Set(['irl1.demdex.net']));
  expect(new Set(hostsOf(indian))).toEqual(new Set(['ind1.demdex.net']));
  expect(hostsOf(nowhere)).toEqual([]);
});
