/** Who may import whom (docs/architecture.md, "Modules"). `tests/harness/boundaries.ts` runs and checks this. */
const floors = require('./tests/harness/floors.json');

/** From the ground to the roof: a module imports what stands before it, types included, and nothing that stands after it. */
const modules = floors.flatMap((floor) => floor.modules);
const above = (module) => modules.slice(modules.indexOf(module) + 1);
const upward = modules.slice(0, -1).map((module) => ({
  name: `floor-of-${module}`,
  comment: 'A module of core imports from floors below its own and from nothing above it, types included',
  severity: 'error',
  from: { path: `^core/${module}/` },
  to: { path: `^core/(${above(module).join('|')})/` },
}));

const pure =
  '^node_modules/(@bufbuild/protobuf|zod|ajv|ajv-formats|csv-parse|hyparquet|hyparquet-compressors|hyparquet-writer|jose|libphonenumber-js|re2js|rfc6902|safe-stable-stringify|yaml)/';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    { name: 'not-resolvable', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^aws-lambda$' } },
    {
      name: 'core-is-pure',
      comment: 'core imports itself, pure libraries, and those parts of Node that neither read nor write anything',
      severity: 'error',
      from: { path: '^core/' },
      to: { pathNot: ['^core/', pure, '^(node:)?(crypto|buffer|zlib)$'] },
    },
    {
      name: 'infrastructure-knows-the-contract-only',
      severity: 'error',
      from: { path: ['^lib/', '^bin/tributary\\.ts$'] },
      to: { path: ['^core/', '^lambdas/', '^cli/', '^tests/'], pathNot: '^core/contract/' },
    },
    ...upward,
    {
      name: 'handlers-know-no-technology',
      comment: 'createHandler(deps) is given its ports; only index.ts knows what is behind them',
      severity: 'error',
      from: { path: '^lambdas/functions/[^/]+/(?!index\\.ts$)' },
      to: {
        pathNot: [
          '^core/',
          '^lambdas/runtime/',
          '^lambdas/functions/',
          '^node_modules/(@bufbuild/protobuf|zod|@types/aws-lambda)/',
          '^aws-lambda$',
        ],
      },
    },
    {
      name: 'functions-are-islands',
      severity: 'error',
      from: { path: '^lambdas/functions/([^/]+)/' },
      to: { path: '^lambdas/functions/', pathNot: '^lambdas/functions/$1/' },
    },
    {
      name: 'lambdas-know-no-infrastructure',
      severity: 'error',
      from: { path: '^lambdas/' },
      to: { path: '^(lib|cli|bin)/' },
    },
    {
      name: 'cli-does-not-synthesise',
      severity: 'error',
      from: { path: '^(cli/|bin/cli\\.ts$)' },
      to: { path: '^(lib/|node_modules/(aws-cdk-lib|constructs)/)' },
    },
    {
      name: 'nothing-imports-examples',
      comment: 'The shop is a process of its own; its entry is named by path',
      severity: 'error',
      from: { pathNot: '^(examples|tests)/' },
      to: { path: '^examples/' },
    },
    {
      name: 'console-talks-to-the-api-only',
      comment:
        'The console knows the API and, as a library, how rules are written; nothing of the platform behind them',
      severity: 'error',
      from: { path: '^console/' },
      to: { path: '^(core|lambdas|lib|cli|bin)/', pathNot: '^core/(segmentation/(blocks|pql)|util)/' },
    },
    {
      name: 'client-stands-alone',
      comment: 'Pages and programs of others load it: it knows what HTTP says, and nothing else of the repository',
      severity: 'error',
      from: { path: '^client/' },
      to: { pathNot: '^client/' },
    },
    {
      name: 'nothing-imports-the-console',
      comment: 'It is built into static files, which are served by path',
      severity: 'error',
      from: { pathNot: '^(console|tests)/' },
      to: { path: '^console/' },
    },
    { name: 'nothing-imports-tests', severity: 'error', from: { pathNot: '^tests/' }, to: { path: '^tests/' } },
    {
      name: 'no-private-files-of-packages',
      comment: 'hyparquet lets every file of its own be imported; what its index does not name may change any day',
      severity: 'error',
      from: { pathNot: '^tests/' },
      to: { path: '^node_modules/hyparquet[^/]*/(src|types)/(?!(index|node)\\.(js|d\\.ts)$)' },
    },
    {
      name: 'no-development-packages',
      comment: 'What the console is made of is in the files that it is built into',
      severity: 'error',
      from: { pathNot: '^(tests|console)/' },
      to: {
        dependencyTypes: ['npm-dev'],
        pathNot: ['^node_modules/(@types|aws-cdk-lib|cdk-nag|constructs|esbuild|node|typescript)/'],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^console/dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
