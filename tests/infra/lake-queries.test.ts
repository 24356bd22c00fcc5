import { parquetMetadata } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { packLakeRows } from '#core/lake/write-rows.ts';
import { folderOf, partitionOf } from '#core/record/partition.ts';
import { resourcesOfType } from '#tests/harness/poller/template.ts';
import { STAGE_NAMES, templatesOf } from './stages.ts';

interface TableInput {
  readonly Parameters: Readonly<Record<string, unknown>>;
  readonly PartitionKeys: readonly { readonly Name: string }[];
  readonly StorageDescriptor: { readonly Columns: readonly { readonly Name: string; readonly Type: string }[] };
}

/** What Athena calls the types that the files have. */
const TYPES: Readonly<Record<string, string>> = { UTF8: 'string', TIMESTAMP_MILLIS: 'timestamp' };

describe.each(STAGE_NAMES)('the table of the lake in stage %s', (stage) => {
  const tables = resourcesOfType(templatesOf(stage), 'AWS::Glue::Table');
  const workGroups = resourcesOfType(templatesOf(stage), 'AWS::Athena::WorkGroup');

  it.skipIf(stage !== 'local')('is left out, as emulators have no Athena', () => {
    expect([...tables, ...workGroups]).toEqual([]);
  });

  describe.skipIf(stage === 'local')('', () => {
    const input = (): TableInput => tables[0]!.properties.TableInput as TableInput;

    it('has the columns that the objects of the lake have', () => {
      const bytes = packLakeRows([
        { id: 'a', receivedAt: 1, tieBreaker: '', ingestionId: 'b', operation: 'create', json: '{}' },
      ]);
      const written = parquetMetadata(new Uint8Array(bytes).buffer)
        .schema.slice(1)
        .map(({ name, converted_type }) => ({ Name: name.toLowerCase(), Type: TYPES[converted_type!] }));
      expect(input().StorageDescriptor.Columns).toEqual(written);
    });

    it('finds the partitions where they are written, without a crawler', () => {
      expect(input().PartitionKeys.map(({ Name }) => Name)).toEqual(['dataset', 'day']);
      expect(input().Parameters).toMatchObject({ 'projection.enabled': 'true' });
      const template = JSON.stringify(input().Parameters['storage.location.template']);
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Athena's placeholders
      expect(template).toContain(`/${folderOf({ dataset: '${dataset}', day: '${day}' })}`);
      expect(partitionOf(`${folderOf({ dataset: 'web-events', day: '2026-03-01' })}a.parquet`)).toEqual({
        dataset: 'web-events',
        day: '2026-03-01',
      });
    });

    it('is asked through a workgroup that encrypts its answers, whatever the client says', () => {
      expect(workGroups[0]!.properties.WorkGroupConfiguration).toMatchObject({
        EnforceWorkGroupConfiguration: true,
        ResultConfiguration: { EncryptionConfiguration: { EncryptionOption: 'SSE_S3' } },
      });
    });
  });
});
