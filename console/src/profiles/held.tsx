import type { AnswerOf } from '#client/client.ts';
import { EVERY, useRead } from '#console/api/use-read.ts';
import { type Column, DataTable } from '#console/parts/data-table.tsx';
import { Empty } from '#console/parts/empty.tsx';
import { Reading } from '#console/parts/reading.tsx';
import { utc } from '#console/parts/time.ts';
import { texts } from '#console/texts/index.ts';

const t = texts.profiles.destinations;
type Destination = AnswerOf<'GET /tributary/profiles/{reference}/destinations'>['destinations'][number];
interface Row {
  readonly destination: Destination;
  readonly audience: Destination['audiences'][number];
}

const COLUMNS: readonly Column<Row>[] = [
  { key: 'destination', label: t.destination, cell: ({ destination }) => destination.name },
  { key: 'audience', label: t.audience, cell: ({ audience }) => audience.name },
  { key: 'outcome', label: t.outcome, cell: ({ audience }) => t.outcomes[audience.outcome] ?? audience.outcome },
  { key: 'reasons', label: t.reasons, cell: ({ audience }) => audience.reasons.join(', ') },
  { key: 'sent', label: t.sent, cell: ({ audience }) => lastSent(audience) },
];

function lastSent({ routed }: Row['audience']): string {
  const times = routed.flatMap(({ at }) => at ?? []).sort();
  const last = times.at(-1);
  return last === undefined ? texts.states.unknown : utc(last);
}

/** What each destination holds of somebody, and why. */
export function Held({ reference }: { readonly reference: string }) {
  const read = useRead('GET /tributary/profiles/{reference}/destinations', { path: { reference } }, EVERY.count);
  return (
    <Reading of={read} height={320}>
      {({ destinations }) => {
        const rows = destinations.flatMap((destination) =>
          destination.audiences.map((audience) => ({ destination, audience })),
        );
        if (rows.length === 0) return <Empty says={t.none} />;
        return (
          <DataTable
            label={texts.profiles.tabs.destinations}
            columns={COLUMNS}
            rows={rows}
            keyOf={({ destination, audience }) => `${destination.id} ${audience.id}`}
          />
        );
      }}
    </Reading>
  );
}
