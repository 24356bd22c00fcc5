import { hash } from 'node:crypto';
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** What decides about a synthesis besides the files that `cdk watch` looks at. */
const ALWAYS = ['cdk.json', 'package.json', 'package-lock.json', 'tsconfig.json'];

const cdkJson = z.looseObject({ watch: z.looseObject({ include: z.array(z.string()) }) });

/**
 * One hash over the files a CDK app is made of: those its `cdk.json` names for `cdk watch`. `undefined` when it names
 * none; then only a synthesis can tell whether something changed.
 */
export function hashSources(root: string, context: Readonly<Record<string, string>>): string | undefined {
  const include = watched(root);
  if (include === undefined) return undefined;
  const files = new Set([...ALWAYS, ...globSync(include, { cwd: root })]);
  const parts = [...files]
    .sort()
    .filter((file) => existsSync(join(root, file)) && statSync(join(root, file)).isFile())
    .map((file) => [file, hash('sha256', readFileSync(join(root, file)))]);
  return hash('sha256', JSON.stringify([parts, Object.entries(context).sort()]));
}

function watched(root: string): string[] | undefined {
  try {
    const { include } = cdkJson.parse(JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8'))).watch;
    return include.length > 0 ? include : undefined;
  } catch {
    return undefined;
  }
}
