import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { TYPES } from '#core/activation/registry.ts';
import type { FileConformance } from '../file-destination.contract.ts';
import { fileDestinationContract } from '../file-destination.contract.ts';
import type { Conformance } from './conformance.ts';
import { conformanceSuite } from './conformance-suite.ts';
import type { AnyRequestType } from './conformance-world.ts';
import { textSuite } from './text-suite.ts';

interface Tried {
  readonly conformance?: Conformance;
  readonly fileConformance?: FileConformance;
}

const here = (name: string): string => `tests/contract/destinations/${name}.ts`;

describe('every registered type of destination', () => {
  it.each([...TYPES.keys()])('is tried by the suite, and has a folder with a README: %s', (name) => {
    expect([existsSync(here(name)), existsSync(`core/activation/destinations/${name}/README.md`)]).toEqual([
      true,
      true,
    ]);
  });
});

for (const [name, type] of TYPES) {
  if (!existsSync(here(name))) continue;
  const tried = (await import(/* @vite-ignore */ `./${name}.ts`)) as Tried;
  if (type.delivery === 'requests' && type.texts) textSuite(type as AnyRequestType, tried.conformance!);
  else if (type.delivery === 'requests') conformanceSuite(type as AnyRequestType, tried.conformance!);
  else fileDestinationContract(name, tried.fileConformance!);
}
