import { activationRate, type DataflowRun, runState } from '#core/activation/dataflow.ts';
import { table, tally } from './table.ts';

/** What flowed to one destination, as it is shown. */
export interface DestinationRuns {
  readonly destination: string;
  readonly pausedSince?: string;
  readonly heldSince?: string;
  /** The audience that too many were to leave. */
  readonly heldBecauseOf?: string;
  /** Messages that wait, and dead letters, by delivery lane. */
  readonly waiting: Readonly<Record<string, number>>;
  readonly deadLetters: Readonly<Record<string, number>>;
  readonly runs: readonly (DataflowRun & { readonly state: string; readonly activationRate: number | null })[];
}

export const asRuns = (runs: readonly DataflowRun[], now: number): DestinationRuns['runs'] =>
  runs.map((run) => ({ ...run, state: runState(run, now), activationRate: activationRate(run) ?? null }));

export function printRuns(shown: DestinationRuns): string {
  const { destination, pausedSince, heldSince, heldBecauseOf, waiting, deadLetters, runs } = shown;
  const rows = runs.map((run) => [
    `${new Date(run.hour).toISOString().slice(0, 13)}:00Z`,
    run.state,
    run.received,
    run.activated,
    run.failed,
    run.retried,
    run.activationRate === null ? '' : `${(run.activationRate * 100).toFixed(1)} %`,
    tally(run.excluded),
  ]);
  const head = ['hour', 'state', 'received', 'activated', 'failed', 'retried', 'rate', 'excluded'];
  return [
    `Dataflow runs of ${destination}${pausedSince === undefined ? '' : `, paused since ${pausedSince}`}`,
    ...(heldSince === undefined
      ? []
      : [
          `Held since ${heldSince}: too many leave "${heldBecauseOf}"; see tributary destination status ${destination}`,
        ]),
    runs.length === 0 ? '  nothing in these hours' : table(head, rows),
    `Waiting: ${tally(waiting) || 'none'}. Dead letters: ${tally(deadLetters) || 'none'}.`,
    '',
  ].join('\n');
}
