import { Skeleton } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { texts } from '#console/texts/index.ts';
import { ErrorBoundary } from './error-boundary.tsx';
import { Failed } from './failed.tsx';

/** What is known of a reading: a query of `useRead`, or several of them as one. */
export interface Read<T> {
  readonly data?: { readonly data: T } | undefined;
  readonly error: Error | null;
  /** Epoch ms of the last answer; 0 where there is none. */
  readonly dataUpdatedAt: number;
  refetch(): unknown;
}

interface Props<T> {
  readonly of: Read<T>;
  /** Pixels that it will take, so that nothing moves when it comes. */
  readonly height?: number;
  /** In place of a grey block of that height. */
  readonly skeleton?: ReactNode;
  /** What stands there where nothing is, and how to see that. */
  readonly empty?: { readonly when: (data: T) => boolean; readonly shows: ReactNode };
  readonly children: (data: T) => ReactNode;
}

/** Loading, failed, empty or there: each looks different, and what was read stays when the next reading fails. */
export function Reading<T>({ of: read, height = 120, skeleton, empty, children }: Props<T>) {
  const { data, error, dataUpdatedAt } = read;
  if (!data && error) return <Failed error={error} retry={() => void read.refetch()} />;
  if (!data) return <Waiting>{skeleton ?? <Skeleton height={height} radius={6} />}</Waiting>;
  return (
    <ErrorBoundary>
      {error && <Failed error={error} since={dataUpdatedAt} retry={() => void read.refetch()} />}
      {empty?.when(data.data) ? empty.shows : children(data.data)}
    </ErrorBoundary>
  );
}

/** Most answers come before it would be seen. */
const SHOWN_AFTER_MS = 300;

function Waiting({ children }: { readonly children: ReactNode }) {
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), SHOWN_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div aria-busy="true" data-waiting={isShown ? 'shown' : 'hidden'}>
      <span className="unseen">{texts.states.loading}</span>
      {children}
    </div>
  );
}
