/** What the name of an inbound file says (aep.md §7.6). */
export type InboundName =
  | {
      readonly kind: 'data';
      readonly dataProviderId: number;
      /** Whose data it is, where the ids are those of devices or of another data source. */
      readonly targetDataProviderId?: number;
      readonly mode: 'sync' | 'overwrite';
      /** Rows of the Oracle Data Cloud have the type of the id in front. */
      readonly odc: boolean;
      readonly at: number;
    }
  | {
      readonly kind: 'idSync';
      /** One for each column; the first is the master's, 0 means ids of Audience Manager itself. */
      readonly dataProviderIds: readonly number[];
      readonly at: number;
    };

const DATA = /^ftp_dpm_(odc_)?(\d+)(?:_(\d+))?_(\d{10})\.(sync|overwrite)(?:\.\d+)?(?:\.gz)?$/;
const ID_SYNC = /^(?:adobe_id|c2c_id)_(\d+(?:_\d+)+)_(\d{10})\.sync(?:\.\d+)?(?:\.gz)?$/;

/** Reads the name of an inbound file, without its folders; undefined where it is none. `at` is in epoch ms. */
export function readInboundName(name: string): InboundName | undefined {
  const data = DATA.exec(name);
  if (data) {
    const [, odc, provider, target, timestamp, mode] = data;
    return {
      kind: 'data',
      dataProviderId: Number(provider),
      ...(target !== undefined && { targetDataProviderId: Number(target) }),
      mode: mode as 'sync' | 'overwrite',
      odc: odc !== undefined,
      at: Number(timestamp) * 1000,
    };
  }
  const ids = ID_SYNC.exec(name);
  if (!ids) return undefined;
  return { kind: 'idSync', dataProviderIds: ids[1]!.split('_').map(Number), at: Number(ids[2]) * 1000 };
}
