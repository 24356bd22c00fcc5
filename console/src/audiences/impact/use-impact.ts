import { useQuery } from '@tanstack/react-query';
import type { ApiError } from '#console/api/api-error.ts';
import { call } from '#console/api/call.ts';
import type { Definition } from '../model.ts';

/** What a change would do, as the stage counts it without doing it. */
export interface Impact {
  readonly warnings: readonly { readonly message: string; readonly hint?: string }[];
  readonly profileCount: number;
  readonly isSample: boolean;
  readonly audiences: readonly Move[];
}

export interface Move {
  readonly id: string;
  readonly change: 'new' | 'changed' | 'removed' | 'unchanged';
  readonly members: number;
  readonly entered: number;
  readonly left: number;
}

/** @param definition undefined: nothing is asked yet */
export function useImpact(definition: Definition | undefined, etag: string | undefined) {
  return useQuery<Impact, ApiError>({
    queryKey: ['impact', definition, etag],
    queryFn: async ({ signal }) => {
      const address = `/tributary/definitions/segments/${encodeURIComponent(definition!.id)}?dryRun=true` as const;
      const { data } = await call<Impact>(address, { method: 'PUT', body: definition, ifMatch: etag, signal });
      return data;
    },
    enabled: definition !== undefined,
    retry: false,
    staleTime: 0,
    gcTime: 0,
  });
}

/** What destinations are told of moves: each is told of the audiences that it is sent. */
export function toldTo(
  moves: readonly Move[],
  audiences: readonly {
    readonly id: string;
    readonly destinations: readonly { readonly id: string; readonly name: string; readonly enabled: boolean }[];
  }[],
) {
  const rows = new Map<string, { readonly name: string; entries: number; exits: number }>();
  for (const { id, entered, left } of moves) {
    for (const destination of audiences.find((one) => one.id === id)?.destinations ?? []) {
      if (!destination.enabled || entered + left === 0) continue;
      const row = rows.get(destination.id) ?? { name: destination.name, entries: 0, exits: 0 };
      rows.set(destination.id, { ...row, entries: row.entries + entered, exits: row.exits + left });
    }
  }
  return [...rows].map(([id, row]) => ({ id, ...row }));
}
