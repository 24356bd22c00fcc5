// Who belongs together? Logins link devices to customers; the linking rules keep a shared tablet from merging two people.
import { simulateGraphs } from 'tributary/identity';

const settings = { namespacePriority: ['CRMID', 'ECID'], uniqueNamespaces: ['CRMID'] };
const { graphs, removedLinks } = simulateGraphs(settings, [
  { at: '2026-05-01T08:00:00Z', identities: ['CRMID:anna', 'ECID:phone'] },
  { at: '2026-05-01T19:00:00Z', identities: ['CRMID:anna', 'ECID:tablet'] },
  { at: '2026-05-02T19:00:00Z', identities: ['CRMID:ben', 'ECID:tablet'] }, // Ben borrows the tablet
]);

console.log('graphs:');
for (const graph of graphs) console.log(`  ${graph.join(', ')}`);
console.log('removed links:');
for (const { atEvent, link } of removedLinks) console.log(`  ${link.join(' - ')}, at event ${atEvent}`);
