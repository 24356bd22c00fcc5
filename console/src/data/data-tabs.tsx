import { AddressTabs } from '#console/parts/address-tabs.tsx';
import { PageHeader } from '#console/parts/page-header.tsx';
import { texts } from '#console/texts/index.ts';

const t = texts.data;
const NAMES = ['datasets', 'schemas', 'batches', 'rejected', 'upload'] as const;

/** The head of the lists of data, with the way to the others. */
export function DataTabs({ lead }: { readonly lead: string }) {
  return (
    <>
      <PageHeader title={t.title} lead={lead} />
      <AddressTabs label={t.tabs.label} tabs={NAMES.map((name) => ({ to: `/data/${name}`, label: t.tabs[name] }))} />
    </>
  );
}
