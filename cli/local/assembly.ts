import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const artifact = z.looseObject({ type: z.string(), properties: z.record(z.string(), z.unknown()).optional() });
const manifest = z.looseObject({ artifacts: z.record(z.string(), artifact) });

/** What a synthesised cloud assembly would deploy. */
export interface Assembly {
  /** Names of its stacks. */
  readonly stacks: readonly string[];
  /** Changes when anything that is deployed changes: templates, settings of stacks, code and other assets. */
  readonly hash: string;
}

/** Reads the assembly in `directory`, as `cdk synth` left it. */
export function readAssembly(directory: string): Assembly {
  const { artifacts } = manifest.parse(JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')));
  const stacks: string[] = [];
  const parts: string[] = [];
  for (const [id, one] of Object.entries(artifacts).sort(([a], [b]) => (a < b ? -1 : 1))) {
    // An asset manifest names each asset by the hash of its content, so its text stands for the assets themselves.
    const file = { 'aws:cloudformation:stack': 'templateFile', 'cdk:asset-manifest': 'file' }[one.type];
    if (file === undefined) continue;
    const properties = one.properties ?? {};
    if (one.type === 'aws:cloudformation:stack') stacks.push(String(properties.stackName ?? id));
    parts.push(id, JSON.stringify(properties), readFileSync(join(directory, String(properties[file])), 'utf8'));
  }
  return { stacks, hash: hash('sha256', JSON.stringify(parts)) };
}
