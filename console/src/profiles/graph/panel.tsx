import { Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Since } from '#console/parts/since.tsx';
import { utc } from '#console/parts/time.ts';
import { texts } from '#console/texts/index.ts';
import { namedIdentity } from '../model.ts';
import type { DrawnIdentity, Line } from './elements.ts';
import { nameOf } from './flow.tsx';
import type { Drawing } from './layout.ts';

const t = texts.profiles.graph;

/** What is known of the identity or link that is selected: who said so, and when. */
export function Panel({ drawing, selected }: { readonly drawing: Drawing; readonly selected: string | undefined }) {
  const element = drawing.placed.find(({ id }) => id === selected);
  const line = drawing.lines.find(({ id }) => id === selected);
  return (
    <section className="tile" aria-label={t.drawing.panel} aria-live="polite">
      {!element && !line && (
        <Text size="sm" c="dimmed">
          {t.drawing.nothing}
        </Text>
      )}
      {element?.identities.map((identity) => (
        <Assertion key={identity.id} title={namedIdentity(identity)} seen={identity} />
      ))}
      {line && <OfLine line={line} drawing={drawing} />}
    </section>
  );
}

function OfLine({ line, drawing: { placed } }: { readonly line: Line; readonly drawing: Drawing }) {
  const [a, b] = [line.a, line.b].map((end) => nameOf(placed.find(({ id }) => id === end)!));
  const title = t.drawing.link(a!, b!);
  if (!line.removed)
    return line.links.map((link) => <Assertion key={`${link.a} ${link.b}`} title={title} seen={link} />);
  const { at, why, unlinking } = line.removed;
  return (
    <Facts
      title={t.drawing.removedLink(title)}
      facts={[
        [t.at, utc(at)],
        [t.why, t.reasons[why] ?? why],
        [t.reason, unlinking?.reason],
      ]}
    />
  );
}

type Seen = Pick<DrawnIdentity, 'firstSeen' | 'lastSeen' | 'datasets'>;

const Assertion = ({ title, seen: { firstSeen, lastSeen, datasets } }: { title: string; seen: Seen }) => (
  <Facts
    title={title}
    facts={[
      [t.datasets, datasets.join(', ')],
      [t.drawing.firstSeen, firstSeen && <Since at={firstSeen} />],
      [t.drawing.lastSeen, lastSeen && <Since at={lastSeen} />],
    ]}
  />
);

const Facts = ({ title, facts }: { title: string; facts: readonly (readonly [string, ReactNode])[] }) => (
  <Table variant="vertical" aria-label={title}>
    <Table.Caption>{title}</Table.Caption>
    <Table.Tbody>
      {facts
        .filter(([, value]) => value)
        .map(([label, value]) => (
          <Table.Tr key={label}>
            <Table.Th scope="row">{label}</Table.Th>
            <Table.Td>{value}</Table.Td>
          </Table.Tr>
        ))}
    </Table.Tbody>
  </Table>
);
