import { Button, Group, Text } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useRef } from 'react';
import { texts } from '#console/texts/index.ts';
import { count } from './number.ts';

export interface Column<Row> {
  readonly key: string;
  readonly label: string;
  readonly cell: (row: Row) => ReactNode;
  /** Numbers stand to the right. */
  readonly isNumber?: boolean;
  /** Undefined: it cannot be sorted by. */
  readonly sorted?: 'ascending' | 'descending' | 'none';
  readonly onSort?: () => void;
}

interface Props<Row> {
  /** What it is a table of, for those who hear it. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** How many there are in all, where that is known. */
  readonly total?: number | undefined;
  /** Reads the next page; undefined where all are here. */
  readonly more?: (() => void) | undefined;
  readonly isReadingMore?: boolean;
}

const ROW_HEIGHT = 40;
/** From so many on, only the rows in sight are in the page. */
const VIRTUAL_FROM = 200;

/** Rows with a head that stays in sight; however many there are, the page stays as fast. The first cell is the link. */
export function DataTable<Row>({ label, columns, rows, keyOf, total, more, isReadingMore = false }: Props<Row>) {
  const scroller = useRef<HTMLDivElement>(null);
  const isVirtual = rows.length >= VIRTUAL_FROM;
  const virtual = useVirtualizer({
    count: isVirtual ? rows.length : 0,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
  });
  const seen = virtual.getVirtualItems();
  const first = isVirtual ? (seen[0]?.index ?? 0) : 0;
  const shown = isVirtual ? rows.slice(first, (seen.at(-1)?.index ?? 0) + 1) : rows;
  const [above, below] = isVirtual ? [seen[0]?.start ?? 0, virtual.getTotalSize() - (seen.at(-1)?.end ?? 0)] : [0, 0];
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached with the keyboard */}
      <section className="table-box" data-virtual={isVirtual} ref={scroller} tabIndex={0} aria-label={label}>
        <table aria-rowcount={(total ?? rows.length) + 1}>
          <thead>
            <tr>
              {columns.map((column) => (
                <Head key={column.key} column={column} />
              ))}
            </tr>
          </thead>
          <tbody>
            <Gap height={above} columns={columns.length} />
            {shown.map((row, i) => (
              <tr key={keyOf(row)} aria-rowindex={first + i + 2}>
                {columns.map(({ key, cell, isNumber }) => (
                  <td key={key} className={isNumber ? 'number' : undefined}>
                    {cell(row)}
                  </td>
                ))}
              </tr>
            ))}
            <Gap height={below} columns={columns.length} />
          </tbody>
        </table>
      </section>
      <Group justify="space-between" mt="xs">
        <Text size="sm" c="dimmed">
          {total !== undefined && total > rows.length
            ? texts.table.some(count(rows.length), count(total))
            : texts.table.all(count(rows.length), more !== undefined)}
        </Text>
        {more && (
          <Button variant="default" size="xs" onClick={more} loading={isReadingMore}>
            {texts.table.more}
          </Button>
        )}
      </Group>
    </>
  );
}

function Head<Row>({ column: { label, isNumber, sorted, onSort } }: { readonly column: Column<Row> }) {
  return (
    <th scope="col" className={isNumber ? 'number' : undefined} aria-sort={sorted}>
      {onSort ? (
        <button type="button" onClick={onSort}>
          {label}
          <span aria-hidden="true">{sorted === 'ascending' ? ' ↑' : sorted === 'descending' ? ' ↓' : ''}</span>
        </button>
      ) : (
        label
      )}
    </th>
  );
}

/** In the place of rows that are out of sight. */
const Gap = ({ height, columns }: { readonly height: number; readonly columns: number }) =>
  height > 0 ? (
    <tr>
      <td colSpan={columns} style={{ height, padding: 0 }} />
    </tr>
  ) : null;
