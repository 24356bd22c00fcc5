import * as z from 'zod';
import type { DestinationDefinition } from '#core/activation/definition.ts';
import type { HttpAnswer } from '../http.ts';
import { editDefinitions, isAnswer, tagOf } from '../management/edit.ts';
import { problem } from '../management/problem.ts';
import type { RouteCall } from '../management/route.ts';
import { entitiesOf, idOf, PROFILES_SOURCE } from './entities.ts';

const FAMILY = 'flows';
const selector = z.looseObject({ value: z.looseObject({ id: z.string() }) });

export const newFlow = z.looseObject({
  name: z.string().max(1_000).optional(),
  sourceConnectionIds: z.array(z.string()).min(1),
  targetConnectionIds: z.tuple([z.string()]),
  transformations: z
    .array(
      z.looseObject({
        params: z
          .looseObject({ segmentSelectors: z.looseObject({ selectors: z.array(selector) }).optional() })
          .optional(),
      }),
    )
    .optional()
    .default([]),
});

/** `POST /flows`: switches the destination of a target on, with the audiences that are named. */
export async function createFlow(body: z.output<typeof newFlow>, call: RouteCall): Promise<HttpAnswer> {
  if (!body.sourceConnectionIds.includes(PROFILES_SOURCE)) {
    const message = 'there is no such source: destinations are sent profiles (POST /sourceConnections says its id)';
    return problem(FAMILY, 400, `body/sourceConnectionIds: ${message}`, {
      errors: [{ pointer: '/sourceConnectionIds', message }],
    });
  }
  let name = '';
  const edited = await editDefinitions(call, FAMILY, (active) => {
    const [targetId] = body.targetConnectionIds;
    const target = entitiesOf(active, call).find((one) => one.part === 'targetConnections' && one.body.id === targetId);
    const before = active.catalog.destinations.find(({ id }) => target?.of === 'destination' && id === target.name);
    if (!target || !before) return NO_TARGET;
    if (before.enabled) return problem(FAMILY, 409, 'This destination is on: change its flow instead');
    name = target.name;
    return [{ kind: 'destinations', name, value: switchedOn(before, body) }];
  });
  if (isAnswer(edited)) return edited;
  const made = edited.active.catalog.destinations.find(({ id }) => id === name);
  return { status: 201, body: { id: idOf('flows', 'destination', name), etag: tagOf(made) } };
}

const NO_TARGET = problem(FAMILY, 400, 'body/targetConnectionIds/0: there is no target of this id', {
  errors: [{ pointer: '/targetConnectionIds/0', message: 'there is no target of this id' }],
});

function switchedOn(
  before: DestinationDefinition,
  { name, transformations }: z.output<typeof newFlow>,
): DestinationDefinition {
  const named = transformations.flatMap(({ params }) => params?.segmentSelectors?.selectors ?? []);
  const segments = [...new Set([...before.segments, ...named.map(({ value }) => value.id)])];
  return { ...before, ...(name !== undefined && { name }), segments, enabled: true };
}
