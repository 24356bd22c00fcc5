import { useState } from 'react';
import { EVERY, useRead } from '#console/api/use-read.ts';
import { Empty } from '#console/parts/empty.tsx';
import { Reading } from '#console/parts/reading.tsx';
import { texts } from '#console/texts/index.ts';
import { DataTabs } from '../data-tabs.tsx';
import { BatchTable } from './batch-table.tsx';

const t = texts.data.batches;
const PAGE = 50;
const MAX_LIMIT = 100;

/** Files as they come: what becomes of each, while it does. */
export function Batches() {
  const [limit, setLimit] = useState(PAGE);
  const batches = useRead('GET /tributary/data/batches', { query: { limit } }, EVERY.rate);
  const shows = <Empty says={t.empty} />;
  return (
    <>
      <DataTabs lead={t.lead} />
      <Reading of={batches} height={480} empty={{ when: (read) => read.batches.length === 0, shows }}>
        {({ batches: all, next }) => (
          <BatchTable
            batches={all}
            more={next !== undefined && limit < MAX_LIMIT ? () => setLimit(MAX_LIMIT) : undefined}
          />
        )}
      </Reading>
    </>
  );
}
