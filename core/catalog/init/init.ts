import { dryRun, receiveRow } from '#core/pipeline/process.ts';
import type { Rejection } from '#core/record/record.ts';
import { compileCatalog } from '../compile.ts';
import { loadCatalog, renderProblem } from '../load.ts';
import { guessCsv } from './csv.ts';
import type { Guess, InitOptions } from './guess.ts';
import { guessJson } from './json.ts';
import type { Sample } from './sample.ts';
import { catalogOf } from './write.ts';

/** A catalog for a file, and what it makes of the sample that it was guessed from. */
export interface MadeCatalog {
  /** Path below the folder of the catalog → text. */
  readonly files: ReadonlyMap<string, string>;
  readonly guess: Guess;
  readonly accepted: number;
  /** The rows of the sample that it rejects. */
  readonly rejected: readonly { readonly row: number; readonly rejections: readonly Rejection[] }[];
}

/**
 * Makes a catalog that takes the records of a file in. It is read and checked like any other, and tried on the sample.
 * @param file its name, for a comment
 * @throws Error when the catalog is not valid, which is a mistake here
 */
export function makeCatalog(sample: Sample, options: InitOptions, file: string): MadeCatalog {
  const guess = sample.format === 'csv' ? guessCsv(sample, options) : guessJson(sample, options);
  const files = catalogOf(guess, options, file, sample.csv);
  const { catalog, problems } = loadCatalog(files, {});
  if (!catalog) throw new Error(`The catalog that was made is not valid: ${problems.map(renderProblem).join('\n')}`);
  const compiled = compileCatalog(catalog);
  const dataset = compiled.datasets.get(options.dataset)!;
  const metadata = { receivedAt: 0, tieBreaker: '' };
  const received = sample.records.map((record) => receiveRow(record, dataset, sample.format, metadata, sample.header));
  const { good, rejected } = dryRun(received, compiled);
  return {
    files,
    guess,
    accepted: good,
    rejected: rejected.map(({ position: { row = 0 }, rejections }) => ({ row, rejections })),
  };
}
