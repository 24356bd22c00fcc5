import { beforeAll, describe, expect, it } from 'vitest';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { readValueFilter, ValueFilterBuilder } from '#core/lake/value-filter.ts';
import { Traces } from '#core/privacy/traces.ts';
import { exampleDefinitions } from '#tests/harness/platform/example.ts';

const KEY = 'dataset=web-events/date=2026-03-01/1.parquet';
const NUMBERS = [
  '+4930123456',
  '030 123456',
  '+49 (30) 123-456',
  'tel:+4930123456',
  "'+49 30 123456",
  '+4930123456 ext. 5',
];

describe('what is left of a deleted person', () => {
  let catalog: CompiledCatalog;
  beforeAll(async () => {
    const definitions = await exampleDefinitions();
    const namespaces = {
      'Phone_E.164': { country: 'DE' },
      CRMID: { normalize: { trim: true, replace: [{ pattern: '[.-]', with: '' }] } },
    };
    catalog = compileCatalog({
      ...definitions,
      identitySettings: { ...definitions.identitySettings!, namespaces } as never,
    });
  });
  const tracesOf = (...identities: string[]): Traces => {
    const { datasets, normalForms } = catalog;
    const { links } = stageSettings(catalog).evaluation;
    return new Traces([{ requestId: 'r', identities }], { datasets, normalForms, links });
  };
  const filterOf = (row: unknown, version?: number) => {
    const builder = new ValueFilterBuilder();
    builder.add(JSON.stringify(row));
    return readValueFilter(builder.finish()!, version);
  };
  const rowOf = (identityMap: Record<string, string>) => ({
    id: 'row',
    receivedAt: 0,
    tieBreaker: '',
    ingestionId: '',
    operation: 'create' as const,
    json: JSON.stringify({
      _id: 'e',
      timestamp: '2026-03-01T10:00:00Z',
      identityMap: Object.fromEntries(Object.entries(identityMap).map(([code, id]) => [code, [{ id }]])),
    }),
  });

  it.each(NUMBERS)('is found in an object that has their number as %j, and taken out of its row', (number) => {
    const traces = tracesOf('Phone_E.164:+4930123456');
    expect(traces.mayBeIn(filterOf({ phone: number }))).toBe(true);
    const row = rowOf({ CRMID: 'bob', 'Phone_E.164': number });
    const met: string[] = [];
    const rewritten = traces.rewrite(row, KEY, (requestId) => met.push(requestId))!;
    expect(met).toContain('r');
    expect(rewritten.json).not.toContain('123');
    expect(rewritten.json).toContain('bob');
    expect(traces.rewrite(rowOf({ 'Phone_E.164': number }), KEY, () => {})).toBeUndefined();
  });

  it('is not looked for in an object that has other numbers only, unless its filter knows nothing of numbers', () => {
    const traces = tracesOf('Phone_E.164:+4930123456');
    const others = { phone: '030 654321', id: '123456789012345678901234', at: '2026-03-01T12:34:56Z' };
    expect(traces.mayBeIn(filterOf(others))).toBe(false);
    expect(traces.mayBeIn(filterOf(others, 1))).toBe(true);
    expect(tracesOf('Email:ann@shop.example').mayBeIn(filterOf(others, 1))).toBe(false);
  });

  it('is looked for everywhere where nothing of a value is kept by its normal form', () => {
    expect(tracesOf('CRMID:RB1').mayBeIn(filterOf({ any: 'thing' }))).toBe(true);
  });

  it('is found by an address in another form of Unicode, with characters that nobody sees', () => {
    const traces = tracesOf('Email:andr\u00e9@shop.example');
    for (const address of ['andre\u0301@shop.example', 'AND\u200bR\u00c9@shop.example']) {
      expect(traces.mayBeIn(filterOf({ mail: address }))).toBe(true);
      const left = traces.rewrite(rowOf({ CRMID: 'bob', Email: address }), KEY, () => {})!;
      expect(left.json).not.toMatch(/shop\.example/);
    }
  });

  it('is found in a line of text, however their number is written, and nobody else’s is', () => {
    const traces = tracesOf('Phone_E.164:+4930123456');
    for (const number of NUMBERS.slice(0, 5)) expect(traces.isInLine(`RB-1,"${number}",gold`, () => {})).toBe(true);
    expect(traces.isInLine('RB-1,"030 123457",30.123456', () => {})).toBe(false);
  });

  it('is found under the identity as it was stored before, too', () => {
    const traces = tracesOf('Email:Ann@Shop.Example');
    expect(traces.isTheirs('Email:Ann@Shop.Example')).toBe(true);
    expect(traces.isTheirs('Email:ann@shop.example')).toBe(true);
  });
});
