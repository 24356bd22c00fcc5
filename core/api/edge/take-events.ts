import { type EventOutcome, eventRecord } from '#core/edge/event.ts';
import { messageOf, toLate } from '#core/edge/message.ts';
import { eventDatasetOf } from '#core/edge/overrides.ts';
import { type EdgeProblem, edgeProblem } from '#core/edge/problem.ts';
import { regionOfCall } from '#core/edge/region.ts';
import { cookiesOf } from '#core/edge/state.ts';
import type { CollectedMessage } from '#core/ports/collection-stream.ts';
import type { EdgeDeps } from './deps.ts';
import { type EdgeCall, NOTHING_TAKEN, type Taken } from './edge-call.ts';
import { showTo } from './show.ts';

/** Passes the events of a call on, before the answer. Each has its own outcome; one that is wrong keeps no other. */
export async function takeEvents(call: EdgeCall, deps: EdgeDeps): Promise<Taken | EdgeProblem> {
  const { datastream, request, settings } = call;
  const datasetId = eventDatasetOf(datastream.definition, request.configOverrides);
  if (typeof datasetId !== 'string') return datasetId;
  const outcomes = request.events.map((event, index) => outcomeOf(event, index, datasetId, call, deps));
  const problems = outcomes.flatMap(({ problem }) => problem ?? []);
  // A call whose every event is wrong is wrong itself.
  if (problems.length === outcomes.length) return problems[0]!;
  const good = outcomes.flatMap((outcome, index) => (outcome.problem ? [] : [{ ...outcome, index }]));
  const messages = good.map(({ entity }) => messageOf(datasetId, entity, settings));
  const [late, shown] = await Promise.all([passOn(messages, deps), showTo(call, datasetId, good, deps)]);
  const delayed = [...late].map((place) => edgeProblem('0201-503', LATE, { eventIndex: good[place]!.index }));
  const warnings = good.flatMap(({ warning }) => warning ?? []);
  return { ...NOTHING_TAKEN, handle: shown.handle, errors: [...problems, ...delayed, ...shown.errors], warnings };
}

const LATE = 'The stream has no room at the moment. The event is kept, and will be ingested as soon as there is some';

function outcomeOf(
  event: EdgeCall['request']['events'][number],
  index: number,
  datasetId: string,
  call: EdgeCall,
  { region }: EdgeDeps,
): EventOutcome {
  const { datastream, settings, device, request, trust, isAuthenticated, requestId, now } = call;
  const { identityMap } = request;
  const { headers, sourceIp: address } = call.call;
  const origin = { cookies: cookiesOf(headers.cookie), headers };
  const place = regionOfCall(origin, datastream.definition, region);
  const source = { datastream, datasetId, settings, ecid: device?.ecid, identityMap, trust, isAuthenticated };
  return eventRecord(event, index, { ...source, requestId, now, region: place, address });
}

/**
 * Puts records on the stream, and those that it has no room for on the queue beside it: what is answered is kept.
 * @returns the indexes of those that wait
 * @throws Error when neither takes them: then nothing may be answered but that
 */
export async function passOn(
  messages: readonly CollectedMessage[],
  { stream, late }: Pick<EdgeDeps, 'stream' | 'late'>,
): Promise<ReadonlySet<number>> {
  const left = await stream.put(messages).catch(() => new Set(messages.keys()));
  if (left.size > 0) await late.send([...left].map((index) => toLate(messages[index]!)));
  return left;
}
