// Biome lints. ESLint is here for one thing Biome has no rule for: regular expressions that take more than linear time.
import parser from '@typescript-eslint/parser';
import { rules } from 'eslint-plugin-regexp';

export default [
  {
    // What tests read is the repository's own.
    files: ['{bin,lib,lambdas,core,cli,client,console,examples}/**/*.{ts,tsx}', '*.ts'],
    languageOptions: { parser },
    linterOptions: { reportUnusedDisableDirectives: 'error', noInlineConfig: true },
    plugins: { regexp: { rules } },
    rules: {
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      'regexp/no-super-linear-move': ['error', { report: 'potential', ignoreSticky: false }],
    },
  },
];
