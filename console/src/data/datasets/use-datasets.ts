import { EVERY, useRead } from '#console/api/use-read.ts';
import type { Read } from '#console/parts/reading.tsx';

export interface Dataset {
  readonly id: string;
  readonly name: string;
  readonly schema: string;
  /** `$id` of the schema. */
  readonly schemaId: string;
  readonly isInProfiles: boolean;
}

interface Definition {
  readonly id: string;
  readonly name?: string;
  readonly schemaRef: { readonly id: string };
  readonly tags?: { readonly unifiedProfile?: readonly string[] };
}

/** The datasets of the catalog that is active, by their names. */
export function useDatasets(): Read<readonly Dataset[]> {
  const read = useRead<{ readonly definitions: Readonly<Record<string, Definition>> }>(
    '/tributary/definitions?kind=datasets',
    EVERY.definition,
  );
  const { error, dataUpdatedAt, refetch } = read;
  const all = read.data && Object.values(read.data.data.definitions).map(datasetOf);
  return {
    error,
    dataUpdatedAt,
    refetch,
    data: all && { data: all.toSorted((x, y) => x.name.localeCompare(y.name, 'en')) },
  };
}

const datasetOf = ({ id, name = id, schemaRef, tags }: Definition): Dataset => ({
  id,
  name,
  schemaId: schemaRef.id,
  schema: schemaRef.id.split('/').at(-1) ?? schemaRef.id,
  isInProfiles: !tags?.unifiedProfile?.includes('enabled:false'),
});
