import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { type AssetCode, Code } from 'aws-cdk-lib/aws-lambda';
import { type BuildOptions, buildSync } from 'esbuild';
import { FUNCTION_NAMES, type FunctionName, functionEntry } from '#core/contract/functions.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** Some dependencies still call `require`, or ask where they are, which an ES module does otherwise. */
const COMMONJS_BANNER =
  "import { createRequire as createRequireForBundle } from 'node:module';const require = createRequireForBundle(import.meta.url);const dirnameForBundle = import.meta.dirname;";

interface Bundle {
  readonly code: Uint8Array;
  readonly sourceMap: Uint8Array;
}

let bundles: ReadonlyMap<FunctionName, Bundle> | undefined;

/** How the code of functions is put together, whichever it is. */
export const bundleOptions = ({ minify }: { readonly minify: boolean }) =>
  ({
    absWorkingDir: ROOT,
    outExtension: { '.js': '.mjs' },
    write: false,
    bundle: true,
    minify,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: { js: COMMONJS_BANNER },
    define: { __dirname: 'dirnameForBundle' },
    sourcemap: true,
    sourcesContent: false,
    // Native parts that ssh2 uses where they happen to be built: bundles are the same wherever they are made.
    external: ['*.node', 'cpu-features'],
    logLevel: 'warning',
  }) satisfies BuildOptions;

/** Somebody waits while they start, so their code is made as short as can be; error reports name the source all the same. */
const MINIFIED: ReadonlySet<FunctionName> = new Set(['edge']);

/** All functions at once: most of their code is the same, and is read and parsed once. */
const buildAll = (): ReadonlyMap<FunctionName, Bundle> =>
  new Map(
    [true, false].flatMap((minify) => [
      ...build(
        FUNCTION_NAMES.filter((name) => MINIFIED.has(name) === minify),
        minify,
      ),
    ]),
  );

function build(names: readonly FunctionName[], minify: boolean): ReadonlyMap<FunctionName, Bundle> {
  const { outputFiles = [] } = buildSync({
    ...bundleOptions({ minify }),
    entryPoints: Object.fromEntries(names.map((name) => [`${name}/index`, functionEntry(name)])),
    outdir: 'bundles',
  });
  const output = (name: FunctionName, file: string): Uint8Array =>
    outputFiles.find(({ path }) => path === join(ROOT, 'bundles', name, file))!.contents;
  return new Map(
    names.map((name) => [name, { code: output(name, 'index.mjs'), sourceMap: output(name, 'index.mjs.map') }]),
  );
}

/** The code of a function. */
function codeOf(name: FunctionName): Uint8Array {
  bundles ??= buildAll();
  return bundles.get(name)!.code;
}

/**
 * The code of a function as one ES module with everything in it, the AWS SDK too: what was tested is what runs.
 * esbuild is called here and not by `NodejsFunction`, which starts npx and esbuild anew for every function.
 */
export function bundle(name: FunctionName): AssetCode {
  return Code.fromAsset(ROOT, {
    // The name of the bundle follows from what is in it, so that an unchanged function is not deployed again.
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: DockerImage.fromRegistry('unused-since-bundling-is-local'),
      // The CDK keeps bundles apart by their command, so delivery lanes of one type share theirs.
      command: [name],
      local: {
        tryBundle: (directory) => {
          writeFileSync(join(directory, 'index.mjs'), codeOf(name));
          writeFileSync(join(directory, 'index.mjs.map'), bundles!.get(name)!.sourceMap);
          return true;
        },
      },
    },
  });
}
