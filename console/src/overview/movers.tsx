import { Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { EVERY, useRead } from '#console/api/use-read.ts';
import { change, count } from '#console/parts/number.ts';
import { Reading } from '#console/parts/reading.tsx';
import { Sparkline } from '#console/parts/sparkline.tsx';
import { texts } from '#console/texts/index.ts';
import { type Mover, moversOf } from './model.ts';
import { Section } from './section.tsx';

const t = texts.overview.moved;
const DAY_MS = 86_400_000;

/** Audiences whose size changed most since yesterday. */
export function Movers() {
  // Of when it was opened: the same address as long as the page is.
  const from = useMemo(() => new Date(Date.now() - DAY_MS).toISOString(), []);
  const sizes = useRead('GET /tributary/counts/audiences', { query: { every: 'hour', from } }, EVERY.count);
  return (
    <Section title={t.title}>
      <Reading
        of={sizes}
        height={240}
        empty={{ when: (data) => moversOf(data).length === 0, shows: <Text className="tile">{t.nothing}</Text> }}
      >
        {(data) => <MoverTable movers={moversOf(data)} />}
      </Reading>
    </Section>
  );
}

function MoverTable({ movers }: { readonly movers: readonly Mover[] }) {
  const audiences = useRead('GET /tributary/audiences', {}, EVERY.definition).data?.data.audiences ?? [];
  const nameOf = (id: string): string => audiences.find((one) => one.id === id)?.name ?? id;
  return (
    <div className="table-box">
      <table>
        <thead>
          <tr>
            <th scope="col">{t.name}</th>
            <th scope="col" className="number">
              {t.members}
            </th>
            <th scope="col" className="number">
              {t.change}
            </th>
            <th scope="col">{t.trend}</th>
          </tr>
        </thead>
        <tbody>
          {movers.map(({ id, members, change: moved, sizes }) => (
            <tr key={id}>
              <td>
                <Anchor component={Link} to={`/audiences/${encodeURIComponent(id)}`}>
                  {nameOf(id)}
                </Anchor>
              </td>
              <td className="number">{count(members)}</td>
              <td className="number">{change(moved)}</td>
              <td>
                <Sparkline values={sizes} summary={t.members24h(nameOf(id))} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
