import { describe, expect, it } from 'vitest';
import { addAssertions, linksOf } from '#core/identity/add-assertions.ts';
import { NO_LINK_HISTORY } from '#core/identity/link-history.ts';
import { type Assertion, graphsOf, type LinkingRules } from '#core/identity/linking-rules.ts';
import { assertion, ecid, linkingRules } from '#tests/harness/core/factories.ts';
import { describeIdentityCases, sortedGraphs } from '#tests/harness/identity-cases.ts';

const graphs = (assertions: readonly Assertion[], rules: LinkingRules): readonly (readonly string[])[] =>
  graphsOf(linksOf(addAssertions(NO_LINK_HISTORY, assertions, rules).linkHistory, rules)).map(
    ({ identities }) => identities,
  );

describe('linking rules', () => {
  it('link everything that one event names', () => {
    expect(graphs([assertion(1, 'CRMID:ann', ecid(1), 'Email:a@x.org')], linkingRules())).toEqual([
      ['CRMID:ann', ecid(1), 'Email:a@x.org'],
    ]);
  });

  it('give a shared device to whoever logged in last', () => {
    const logins = [
      assertion(1, 'CRMID:ann', ecid(1)),
      assertion(2, 'CRMID:ann', ecid(2)),
      assertion(3, 'CRMID:bob', ecid(1)),
    ];
    expect(graphs(logins, linkingRules())).toEqual([
      ['CRMID:ann', ecid(2)],
      ['CRMID:bob', ecid(1)],
    ]);
  });

  it('prefer strong namespaces to recent links when a graph has to be taken apart', () => {
    const events = [
      assertion(1, 'CRMID:ann', 'Email:a@x.org'),
      assertion(2, 'Email:a@x.org', ecid(1)),
      assertion(3, 'CRMID:bob', ecid(2)),
      assertion(4, ecid(1), ecid(2)),
    ];
    expect(graphs(events, linkingRules())).toEqual([
      ['CRMID:ann', 'Email:a@x.org'],
      ['CRMID:bob', ecid(1), ecid(2)],
    ]);
  });
});

describe('the limit on identities in a graph', () => {
  it('deletes the oldest cookie although a device is older (ID-CAP-1)', () => {
    const events = [
      assertion(1, 'CRMID:ann', 'IDFA:A'),
      assertion(2, 'CRMID:ann', ecid(2)),
      assertion(3, 'CRMID:ann', ecid(3)),
      assertion(4, 'CRMID:ann', ecid(4)),
    ];
    expect(graphs(events, linkingRules({ limit: 4 }))).toEqual([['CRMID:ann', ecid(3), ecid(4), 'IDFA:A'].sort()]);
  });

  it('splits the graph when what is deleted held two halves together (ID-CAP-2)', () => {
    const rules = linkingRules({ unique: [], limit: 4 });
    const events = [
      assertion(1, 'CRMID:60013', ecid(35577)),
      assertion(2, 'CRMID:25212', ecid(35577)),
      assertion(3, 'CRMID:60013', 'Email:a@x.org'),
      assertion(4, 'CRMID:25212', 'Email:b@x.org'),
    ];
    expect(graphs(events, rules)).toEqual([
      ['CRMID:25212', 'Email:b@x.org'],
      ['CRMID:60013', 'Email:a@x.org'],
    ]);
  });

  it('lets identities go that only the deleted one connected (ID-CAP-3)', () => {
    const rules = linkingRules({ unique: [], limit: 3 });
    const events = [assertion(1, ecid(1), 'IDFA:A'), assertion(2, ecid(1), 'IDFA:B'), assertion(3, ecid(1), 'IDFA:C')];
    expect(graphs(events, rules)).toEqual([]);
  });
});

describeIdentityCases('worked cases', (cases) => {
  it.each(cases)(
    '$id: $title',
    ({ namespacePriority, uniqueNamespaces, events, expectedGraphs, identitiesWithoutGraph }) => {
      const rules = linkingRules({ priority: namespacePriority, unique: uniqueNamespaces });
      const result = graphs(
        events
          .map((identities, time) => assertion(time, ...identities))
          .filter(({ identities }) => identities.length > 1),
        rules,
      );
      expect(result).toEqual(sortedGraphs(expectedGraphs));
      expect(identitiesWithoutGraph.filter((identity) => result.flat().includes(identity))).toEqual([]);
    },
  );
});
