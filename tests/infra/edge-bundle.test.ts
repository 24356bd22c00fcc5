import { buildSync } from 'esbuild';
import { expect, it } from 'vitest';
import { functionEntry } from '#core/contract/functions.ts';
import { bundleOptions } from '#lib/constructs/bundle.ts';

const MAX_BYTES = 1_500_000;

/** Packages that the edge may have in it. Another one makes every cold start longer: think about it first. */
const PACKAGES = [
  '@aws-lambda-powertools',
  '@aws-sdk',
  '@aws/lambda-invoke-store',
  '@bufbuild/protobuf',
  '@smithy',
  'ajv-formats',
  'jose',
  'libphonenumber-js',
  'mnemonist',
  'obliterator',
  're2js',
  'safe-stable-stringify',
  'zod',
];
const CLIENTS = ['client-dynamodb', 'client-kinesis', 'client-s3', 'client-sqs'];
const MODULES = [
  'activation',
  'api',
  'catalog',
  'contract',
  'edge',
  'governance',
  'identity',
  'ingestion',
  'personalisation',
  'ports',
  'profile',
  'record',
  'schema',
  'segmentation',
  'util',
];

it('the code of the edge is small, and has in it what answers a page and nothing else', () => {
  const { metafile } = buildSync({
    ...bundleOptions({ minify: true }),
    entryPoints: { index: functionEntry('edge') },
    outdir: 'bundles',
    metafile: true,
  });
  const output = Object.entries(metafile!.outputs).find(([name]) => name.endsWith('.mjs'))![1];
  expect(output.bytes).toBeLessThanOrEqual(MAX_BYTES);
  const inputs = Object.entries(output.inputs).flatMap(([name, { bytesInOutput }]) =>
    bytesInOutput > 0 ? [name] : [],
  );
  const partsOf = (pattern: RegExp): string[] =>
    [...new Set(inputs.flatMap((name) => pattern.exec(name)?.[1] ?? []))].sort();
  const packages = partsOf(
    /node_modules\/(@aws-sdk|@aws-crypto|@smithy|@aws-lambda-powertools|@[^/]+\/[^/]+|[^/@][^/]*)\/(?!.*node_modules)/,
  );
  expect(packages).toEqual(PACKAGES);
  expect(partsOf(/@aws-sdk\/(client-[\w-]+)\//)).toEqual(CLIENTS);
  expect(partsOf(/^core\/(\w+)\//)).toEqual(MODULES);
  expect(partsOf(/^lambdas\/functions\/([\w-]+)\//)).toEqual(['edge']);
});
