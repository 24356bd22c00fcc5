import { useEffect, useState } from 'react';
import { ago, utc } from './time.ts';

const EVERY_MS = 10_000;

/** A time as people say it, kept up to date; the exact one where the pointer rests. */
export function Since({ at }: { readonly at: string | number }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <time dateTime={new Date(at).toISOString()} title={utc(at)}>
      {ago(at, now)}
    </time>
  );
}
