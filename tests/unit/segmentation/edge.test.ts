import { describe, expect, it } from 'vitest';
import type { EventView } from '#core/profile/profile-view.ts';
import { evaluateEdge } from '#core/segmentation/edge.ts';
import { event, NOW, profile, segments } from './factories.ts';

const set = segments({
  gold: 'loyalty.tier = "gold"',
  viewed: 'exists E from xEvent where E.kind = "view" and E.section = "tents"',
  often: 'xEvent[kind = "view"].count() >= 3',
  both: 'gold.isNotNull() or loyalty.tier = "gold" and exists E from xEvent where E.kind = "view"',
});
const tents = event(NOW, { kind: 'view', section: 'tents', more: 'than anybody reads' });
const known = profile([event(NOW - 1, { kind: 'view', section: 'shoes' })], { loyalty: { tier: 'gold' } });

const answers = (view: typeof known, incoming: EventView, now = NOW): Record<string, boolean> =>
  Object.fromEntries(evaluateEdge(view, incoming, set, now));

describe('evaluation at the edge', () => {
  it('answers the edge segments for a profile and the event that comes in', () => {
    expect(answers(known, tents)).toEqual({ gold: true, viewed: true, both: true });
    expect(answers(profile(), tents)).toEqual({ gold: false, viewed: true, both: false });
    expect(answers(profile(), event(NOW, { kind: 'order' }))).toEqual({ gold: false, viewed: false, both: false });
  });

  it('gives what evaluating the profile gives once the event is in it', () => {
    const stored = profile([...known.xEvent, { ...tents, entity: set.projectEvent(tents.entity)! }], {
      loyalty: { tier: 'gold' },
    });
    const later = set.evaluate(stored, NOW);
    for (const [id, isMember] of evaluateEdge(known, tents, set, NOW)) expect(later.get(id)).toBe(isMember);
  });

  it('waits for the time of an event of the future, and counts one that came before only once', () => {
    expect(answers(profile(), event(NOW + 1, tents.entity)).viewed).toBe(false);
    const counted = segments({
      twice: 'not (xEvent[kind = "view"].count() >= 2)',
      once: 'xEvent[kind = "view"].count() > 0',
    });
    expect(evaluateEdge(profile([tents]), tents, counted, NOW).get('once')).toBe(true);
  });

  it('leaves out who opted out of everything', () => {
    const out = profile([], { loyalty: { tier: 'gold' }, privacyOptOuts: { general_opt_out: 'out' } });
    expect(answers(out, tents)).toEqual({ gold: false, viewed: false, both: false });
  });
});
