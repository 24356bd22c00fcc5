import {
  type BatchFile,
  type BatchManifest,
  batchManifest,
  filesPrefix,
  manifestKey,
  PARTS_SUFFIX,
  type Upload,
} from '#core/ingestion/batch/upload.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';

/**
 * Names the files of a batch that was completed, in one object that S3 announces to the splitter: those that are there after
 * its completion, each as it is then. Whoever comes first names them, for good: the one who completes it, or somebody who
 * has to know whether a file of theirs is among them.
 * @param completedAt epoch ms: when it was completed the first time
 */
export async function announceBatch(upload: Upload, completedAt: number, landing: ObjectStore): Promise<BatchManifest> {
  const key = manifestKey(upload);
  const { id: batchId, partialIngestionPercentage, replaces, csv } = upload;
  for (;;) {
    const known = await landing.get(key);
    if (known) return batchManifest.parse(JSON.parse(Buffer.from(known).toString('utf8')));
    const files = await filesOf(batchId, landing);
    const manifest = { batchId, completedAt, partialIngestionPercentage, replaces, csv, files };
    const body = Buffer.from(JSON.stringify(manifest));
    const etag = await landing.putIf(key, body, undefined, { contentType: 'application/json' });
    if (etag !== undefined) return manifest as BatchManifest;
  }
}

/** The files of a batch, each as it is now. One that came in parts and in one piece is one file. */
export async function filesOf(batchId: string, landing: ObjectStore): Promise<BatchFile[]> {
  const objects = await Array.fromAsync(landing.versions(filesPrefix(batchId)));
  const keys = new Set(objects.map(({ key }) => key));
  return objects
    .filter(({ key }) => !keys.has(`${key}${PARTS_SUFFIX}`))
    .map(({ key, etag, versionId }) => ({ key, version: { etag, versionId } }));
}
