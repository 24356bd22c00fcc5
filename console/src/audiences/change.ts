import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { call } from '#console/api/call.ts';
import { session } from '#console/api/session.ts';
import { texts } from '#console/texts/index.ts';
import type { Definition, Lifecycle } from './model.ts';

export interface Written {
  readonly definition: Definition;
  /** The state that was read; undefined: it is new. */
  readonly etag?: string | undefined;
  readonly comment?: string;
}

/** Writes a definition where it is still as it was read. @throws {ApiError} 412 where somebody else has changed it */
export const write = ({ definition, etag, comment }: Written) =>
  call('PUT /tributary/definitions/{kind}/{name}', {
    path: { kind: 'segments', name: definition.id },
    body: definition,
    ifMatch: etag,
    ...(comment !== undefined && { headers: { 'x-change-comment': comment } }),
  });

/** Whether whoever is signed in may change audiences. */
export const mayWrite = (): boolean => session.current()?.scopes.includes('audience:write') ?? false;

/** Brings an audience into another state, and reads everything about audiences again before it says so. */
export function useLifecycle() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ id, to }: { readonly id: string; readonly to: Lifecycle }) => {
      const { data, etag } = await call('GET /tributary/audiences/{id}', { path: { id } });
      const definition = { ...(data.definition as unknown as Definition), lifecycleState: to };
      await write({ definition, etag });
      await queries.invalidateQueries();
      const after = await call('GET /tributary/audiences/{id}', { path: { id } });
      return after.data;
    },
    onSuccess: ({ name, state }) => {
      notifications.show({ message: texts.audiences.done(name, texts.audiences.states[state] ?? state) });
    },
  });
}
