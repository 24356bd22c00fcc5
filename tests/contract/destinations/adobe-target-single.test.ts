import { adobeTarget } from '#core/activation/destinations/adobe-target/definition.ts';
import { conformance } from './adobe-target.ts';
import { conformanceSuite } from './conformance-suite.ts';
import type { AnyRequestType } from './conformance-world.ts';

// The suite of all types has it in batches.
conformanceSuite(adobeTarget as unknown as AnyRequestType, {
  ...conformance,
  destination: { ...conformance.destination, mode: 'single' },
});
