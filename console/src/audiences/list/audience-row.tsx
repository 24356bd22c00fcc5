import { Anchor, Table, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { change, count } from '#console/parts/number.ts';
import { Sparkline } from '#console/parts/sparkline.tsx';
import { StateBadge } from '#console/parts/state-badge.tsx';
import { ago, utc } from '#console/parts/time.ts';
import { texts } from '#console/texts/index.ts';
import type { AskedState } from '../lifecycle-dialog.tsx';
import { type Audience, stateOf } from '../model.ts';
import type { Size } from '../size.ts';
import { Method } from './method.tsx';
import { RowMenu } from './row-menu.tsx';

interface AudienceRowProps {
  readonly audience: Audience;
  readonly size: Size | undefined;
  readonly ask: (to: AskedState) => void;
}

export function AudienceRow({ audience, size, ask }: AudienceRowProps) {
  const { id, name, plan, destinations, changed } = audience;
  const t = texts.audiences;
  const isCounted = audience.state === 'active';
  const [first] = size?.trend ?? [];
  return (
    <Table.Tr>
      <Table.Td className="first">
        <Anchor component={Link} to={`/audiences/${encodeURIComponent(id)}/definition`} fw={600}>
          {name}
        </Anchor>
        {name !== id && (
          <Text size="xs" c="dimmed">
            {id}
          </Text>
        )}
      </Table.Td>
      <Table.Td className="number">{isCounted ? count(size?.members) : '–'}</Table.Td>
      <Table.Td>
        {isCounted && (
          <Sparkline
            values={size?.trend ?? []}
            summary={t.trendOf(name, count(first), count(size?.members))}
            width={96}
            height={24}
          />
        )}
      </Table.Td>
      <Table.Td className="number">{isCounted ? change(size?.sinceYesterday) : '–'}</Table.Td>
      <Table.Td>
        <Method plan={plan} name={name} />
      </Table.Td>
      <Table.Td>{plan && isCounted ? t.methods[plan.method] : '–'}</Table.Td>
      <Table.Td>
        <StateBadge state={stateOf(audience)} label={t.states[stateOf(audience)]!} />
      </Table.Td>
      <Table.Td>
        {destinations.length === 0 && (
          <Text size="sm" c="dimmed">
            {t.noDestination}
          </Text>
        )}
        {destinations.map((one) => (
          <Text key={one.id} size="sm">
            {one.name}
          </Text>
        ))}
      </Table.Td>
      <Table.Td>
        {changed ? (
          <Text size="sm" title={utc(changed.at)}>
            {ago(changed.at, Date.now())}
            {changed.by !== undefined && ` ${t.by(changed.by)}`}
          </Text>
        ) : (
          <Text size="sm" c="dimmed" title={t.notChanged}>
            –
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <RowMenu audience={audience} ask={ask} />
      </Table.Td>
    </Table.Tr>
  );
}
