import { globSync, readFileSync } from 'node:fs';
import { sep } from 'node:path';
import type { Pages } from './citations.ts';
import { sectionsOf } from './markdown.ts';

const NOT_OURS = ['**/node_modules/**', '**/.*/**', 'cdk.out*/**', 'coverage/**', 'dist/**', '**/__snapshots__/**'];

/** Paths of the repository's own files of these endings, with `/` between folders, sorted. */
export const ownFiles = (...endings: readonly string[]): string[] =>
  globSync(
    endings.map((ending) => `**/*.${ending}`),
    { exclude: NOT_OURS },
  )
    .map((path) => path.replaceAll(sep, '/'))
    .sort();

export const readPages = (): Pages =>
  new Map(ownFiles('md').map((path) => [path, sectionsOf(readFileSync(path, 'utf8'))]));
