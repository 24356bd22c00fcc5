import { join } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { type AssetCode, Code } from 'aws-cdk-lib/aws-lambda';
import { buildSync } from 'esbuild';

const ROOT = join(import.meta.dirname, '..', '..');

/** Some dependencies still call `require`, which an ES module does not have by itself. */
const REQUIRE_BANNER =
  "import { createRequire as createRequireForBundle } from 'node:module';const require = createRequireForBundle(import.meta.url);";

/**
 * The code of a function as one ES module with everything in it, the AWS SDK too: what was tested is what runs.
 * esbuild is called here and not by `NodejsFunction`, which starts npx for every function and takes ten times as long.
 * @param entry path of the function's entry, relative to the root of the repository
 */
export function bundle(entry: string): AssetCode {
  return Code.fromAsset(ROOT, {
    // The name of the bundle follows from what is in it, so that an unchanged function is not deployed again.
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: DockerImage.fromRegistry('unused-since-bundling-is-local'),
      // The CDK keeps bundles apart by their command, so functions with the same entry share one.
      command: [entry],
      local: {
        tryBundle: (directory) => {
          buildSync({
            absWorkingDir: ROOT,
            entryPoints: [entry],
            outfile: join(directory, 'index.mjs'),
            bundle: true,
            platform: 'node',
            target: 'node24',
            format: 'esm',
            mainFields: ['module', 'main'],
            banner: { js: REQUIRE_BANNER },
            sourcemap: true,
            sourcesContent: false,
            logLevel: 'warning',
          });
          return true;
        },
      },
    },
  });
}
