import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '#cli/root.ts';

/** A fenced block of a page, as it is written there. */
export interface Block {
  readonly language: string;
  readonly code: string;
  /** YAML: the file of the catalog that the block begins with. */
  readonly file?: string;
}

/** The blocks of a page below `docs/ingestion/`, in their order. */
export function blocksOf(page: string): Block[] {
  const text = readFileSync(join(projectRoot, 'docs', 'ingestion', `${page}.md`), 'utf8');
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language, code]) => {
    const file = /^# (\S+\.yaml)\n/.exec(code!)?.[1];
    return { language: language!, code: code!, ...(file !== undefined && { file }) };
  });
}
