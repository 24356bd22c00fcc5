import type { Explained, Outcome } from '#core/personalisation/explain.ts';
import type { ExperienceCounts } from '#core/personalisation/ports/activity-counts.ts';
import { table } from './table.ts';

/** An activity and what was counted of it; also the JSON of `activity list`. */
export interface ListedActivity {
  readonly id: string;
  readonly name: string;
  readonly lifecycleState: string;
  readonly priority: number;
  readonly audience?: string;
  readonly experiences: readonly (ExperienceCounts & { readonly id: string })[];
}

const EVERYBODY = 'everybody';

/** Activities with the counts of their experiences, for people. */
export function printActivities(activities: readonly ListedActivity[]): string {
  if (activities.length === 0) return 'The catalog has no activities (docs/personalisation.md).\n';
  const rows = activities.flatMap(({ id, lifecycleState, audience, experiences }) =>
    experiences.map((one, i) => [
      ...(i === 0 ? [id, lifecycleState, audience ?? EVERYBODY] : ['', '', '']),
      one.id,
      one.displays,
      one.visitors,
      one.clicks,
      one.conversions,
    ]),
  );
  const head = ['activity', 'state', 'audience', 'experience', 'displays', 'visitors', 'clicks', 'conversions'];
  return `${table(head, rows)}\n`;
}

/** What somebody is shown, place by place, and why. */
export function printDecisions(explained: readonly Explained[]): string {
  if (explained.length === 0) return 'No activity is defined for these places.\n';
  const rows = explained.map((one) => [one.scope, one.activity, one.priority, shownOf(one), because(one)]);
  return `${table(['place', 'activity', 'priority', 'shown', 'because'], rows)}\n`;
}

const shownOf = ({ outcome, experience }: Explained): string =>
  outcome === 'shown' ? experience! : outcome === 'control' ? 'the page as it is' : 'no';

function because(one: Explained): string {
  const audience = one.audience === undefined ? 'it is for everybody' : `in the audience ${one.audience}`;
  const draw = one.draw === undefined || one.traffic >= 100 ? '' : `, drew ${one.draw} of ${one.traffic} % traffic`;
  return REASONS[one.outcome](one, `${audience}${draw}`);
}

const REASONS: Readonly<Record<Outcome, (one: Explained, entered: string) => string>> = {
  'not-published': ({ lifecycleState }) => `its state is ${lifecycleState}`,
  'not-started': () => 'it has not started yet',
  over: () => 'it is over',
  'not-in-audience': ({ audience }) => `not in the audience ${audience}`,
  'not-permitted': ({ audience }) => `a policy, or a consent that is missing, keeps the audience ${audience} off pages`,
  'no-identity': () => 'it is divided by an identity, and none is known',
  'outside-traffic': ({ draw, traffic }) => `outside its traffic: drew ${draw} of ${traffic} %`,
  'place-is-taken': ({ takenBy, experience }) => `${takenBy} goes first there; would be ${experience}`,
  'shown-elsewhere': () => 'the page shows it already',
  control: (_, entered) => `${entered}; in the control group`,
  shown: (_, entered) => entered,
};
