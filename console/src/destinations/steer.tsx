import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { AnswerOf } from '#client/client.ts';
import { call } from '#console/api/call.ts';
import { Confirm, type Question } from '#console/parts/confirm.tsx';
import { CopyAs } from '#console/parts/copy-as.tsx';
import { Guarded } from '#console/parts/guarded.tsx';
import { count } from '#console/parts/number.ts';
import { texts } from '#console/texts/index.ts';

const t = texts.destinations.steer;
export type Detail = AnswerOf<'GET /tributary/destinations/{id}'>;
type Verb = 'pause' | 'resume' | 'release' | 'backfill';

/** What steers a destination; each asks first, and says in numbers what it will do. */
export function Steer({ of: destination }: { readonly of: Detail }) {
  const [asks, setAsks] = useState<Question>();
  const queries = useQueryClient();
  const { id, name, held, pausedSince } = destination;
  const scope = 'activate';
  const steer = async (verb: Verb): Promise<void> => {
    await call(`POST /tributary/destinations/{id}/${verb}`, { path: { id } });
    await queries.invalidateQueries();
  };
  const waiting = count(destination.inQueue ?? destination.lastDay.waiting);
  const questions: Readonly<Record<Verb, Omit<Question, 'run' | 'action'>>> = {
    pause: { title: t.pauseTitle(name), effect: t.pauseEffect(waiting) },
    resume: { title: t.resumeTitle(name), effect: t.resumeEffect(waiting) },
    release: { title: t.releaseTitle(name), effect: t.releaseEffect(count(held?.left), count(held?.most)) },
    backfill: { title: t.backfillTitle(name), effect: t.backfillEffect(destination.segments.join(', ')) },
  };
  const ask = (verb: Verb) => () => setAsks({ ...questions[verb], action: t[verb], run: () => steer(verb) });
  const verbs: readonly Verb[] = [
    pausedSince === undefined ? 'pause' : 'resume',
    ...(held ? (['release'] as const) : []),
    'backfill',
  ];
  return (
    <>
      <CopyAs
        command={verbs.map((verb) => `tributary destination ${verb} ${id}`).join('\n')}
        request={{ method: 'POST', path: `/tributary/destinations/${id}/${verbs[0]}` }}
      />
      {verbs.map((verb) => (
        <Guarded key={verb} variant="default" scope={scope} onClick={ask(verb)}>
          {t[verb]}
        </Guarded>
      ))}
      <Confirm asks={asks} close={() => setAsks(undefined)} />
    </>
  );
}
