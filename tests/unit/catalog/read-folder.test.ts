import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CatalogFolderError, readCatalogFolder } from '#cli/catalog/read-folder.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'catalog-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

describe('a catalog folder', () => {
  it('is read with all its definition files', async () => {
    await put('segments/a.yaml', 'a');
    await put('segments/retail/b.yml', 'b');
    await put('schemas/c.json', '{}');
    expect(await readCatalogFolder(folder)).toEqual(
      new Map([
        ['schemas/c.json', '{}'],
        ['segments/a.yaml', 'a'],
        ['segments/retail/b.yml', 'b'],
      ]),
    );
  });

  it('may hold other things', async () => {
    await put('segments/a.yaml', 'a');
    for (const path of ['README.md', 'segments/.a.yaml.swp', '.git/x.yaml', 'segments/notes.txt']) await put(path, 'x');
    expect([...(await readCatalogFolder(folder)).keys()]).toEqual(['segments/a.yaml']);
  });

  it('is not left by symbolic links', async () => {
    await put('elsewhere/secret.yaml', 'secret');
    await put('catalog/segments/a.yaml', 'a');
    await symlink(join(folder, 'elsewhere/secret.yaml'), join(folder, 'catalog/segments/link.yaml'));
    await symlink(join(folder, 'elsewhere'), join(folder, 'catalog/schemas'));
    expect([...(await readCatalogFolder(join(folder, 'catalog'))).keys()]).toEqual(['segments/a.yaml']);
  });

  it.each([
    ['is missing', 'nowhere', /There is no folder/],
    ['is a file', 'file.yaml', /is not a folder/],
    ['holds nothing', 'empty', /holds no definitions/],
  ])('that %s is an error that says so', async (_, path, message) => {
    await put('file.yaml', 'a');
    await mkdir(join(folder, 'empty'));
    const reading = readCatalogFolder(join(folder, path));
    await expect(reading).rejects.toThrow(CatalogFolderError);
    await expect(reading).rejects.toThrow(message);
  });
});
