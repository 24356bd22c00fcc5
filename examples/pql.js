// Is a rule right, how would it be evaluated, and who is in it?
import { checkPql, compilePql, profileView } from 'tributary/pql';

const schemas = [
  {
    $id: 'https://example.com/schemas/customers',
    'meta:class': 'https://ns.adobe.com/xdm/context/profile',
    properties: { loyalty: { type: 'object', properties: { tier: { type: 'string' } } } },
  },
  {
    $id: 'https://example.com/schemas/web',
    'meta:class': 'https://ns.adobe.com/xdm/context/experienceevent',
    properties: {
      eventType: { type: 'string' },
      commerce: { type: 'object', properties: { total: { type: 'number' } } },
    },
  },
];

const [problem] = checkPql('xEvent[evntType = "order"].count() > 2', { schemas });
console.log(`${problem?.render()}\n`);

const segments = compilePql({
  buyers: 'xEvent[eventType = "order" and timestamp occurs <= 30 days before now].sum(commerce.total) >= 100',
  'gold-buyers': 'loyalty.tier = "gold" and inSegment("buyers")',
  regulars: 'xEvent[eventType = "order"].count() >= 3',
});
for (const [id, { method, reasons }] of segments.plans) console.log(`${id}: ${method}. ${reasons.join(' ')}`);

const profile = profileView({ loyalty: { tier: 'gold' } }, [
  { timestamp: '2026-05-01T10:00:00Z', eventType: 'order', commerce: { total: 80 } },
  { timestamp: '2026-05-20T10:00:00Z', eventType: 'order', commerce: { total: 45 } },
]);
const now = Date.parse('2026-05-25T00:00:00Z');
console.log('\nin:', [...segments.evaluate(profile, now)].flatMap(([id, isIn]) => (isIn ? id : [])).join(', '));
const next = segments.nextChange(profile, now);
if (next !== undefined) {
  console.log('until:', new Date(next).toISOString());
  console.log(
    'then in:',
    [...segments.evaluate(profile, next)].flatMap(([id, isIn]) => (isIn ? id : [])).join(', ') || 'none',
  );
}
