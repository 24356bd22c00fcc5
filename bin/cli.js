#!/usr/bin/env node
// Plain JavaScript, so that every Node can read it. In a checkout what comes after is TypeScript, in the package it is built.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { chooseRuntime } from '#cli/runtime.js';

const BUNDLED = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));
const CLI = fileURLToPath(new URL('./cli.ts', import.meta.url));
const BUILT = '../dist/bin/cli.js';

const isBuilt = !existsSync(CLI);
const here = { version: process.versions.node, platform: process.platform, hasBundled: existsSync(BUNDLED), isBuilt };
const choice = chooseRuntime(here);

if ('problem' in choice) {
  if (isBuilt && ['--version', '-V'].includes(process.argv[2] ?? '')) {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    process.stdout.write(`${version}\n`);
  } else {
    process.stderr.write(`${choice.problem}\n`);
    process.exitCode = 1;
  }
} else if (choice.node === 'this') {
  // What is experimental in Node 22 has been stable since: nobody has to be warned of it each time.
  const warn = process.emitWarning;
  process.emitWarning = /** @param {any[]} of */ (...of) => {
    if (of[1] !== 'ExperimentalWarning') Reflect.apply(warn, process, of);
  };
  try {
    await import(isBuilt ? BUILT : CLI);
  } catch (/** @type {any} */ error) {
    if (error?.code !== 'ERR_MODULE_NOT_FOUND' || !String(error.message).includes('package')) throw error;
    process.stderr.write('Packages are missing here: run "npm ci" first.\n');
    process.exitCode = 1;
  }
} else {
  const child = spawn(BUNDLED, [CLI, ...process.argv.slice(2)], { stdio: 'inherit' });
  // Ctrl+C reaches both; the child decides how it ends.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  });
}
