import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * What a shell finds in place of commands that need AWS or a database: `aws s3 cp` copies into a folder, and `psql` writes
 * down what it is asked for. Everything else of a block runs as it is written.
 */
const COMMANDS: Readonly<Record<string, string>> = {
  aws: `#!/bin/sh
set -eu
[ "$1 $2" = "s3 cp" ] || { echo "not known: aws $*" >&2; exit 64; }
shift 2
flag=""
if [ "$1" = "--recursive" ]; then flag="-r"; shift; fi
case "$2" in "s3://$LANDING_BUCKET/"*) ;; *) echo "not the landing bucket: $2" >&2; exit 65 ;; esac
number=$(ls "$UPLOADS" | wc -l)
target="$UPLOADS/$number/\${2#s3://$LANDING_BUCKET/}"
mkdir -p "$(dirname "$target")"
if [ -n "$flag" ]; then mkdir -p "$target"; cp -r "$1/." "$target"; else cp "$1" "$target"; fi
`,
  psql: `#!/bin/sh
set -eu
[ "$1" = "$DATABASE_URL" ] && [ "$2" = "-c" ] || { echo "not known: psql $*" >&2; exit 64; }
printf '%s\\n' "$3" >> "$QUERIES"
`,
};

/** Runs the shell blocks of a page in a folder. @returns what each `aws s3 cp` has uploaded: key → bytes */
export function runShell(code: string, folder: string, env: NodeJS.ProcessEnv = {}): Map<string, Uint8Array>[] {
  const bin = join(folder, '.bin');
  const uploads = join(folder, '.uploads');
  for (const path of [bin, uploads]) mkdirSync(path, { recursive: true });
  for (const [name, text] of Object.entries(COMMANDS)) {
    writeFileSync(join(bin, name), text);
    chmodSync(join(bin, name), 0o755);
  }
  const done = spawnSync('sh', ['-eu', '-c', code], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: `${bin}:${process.env.PATH}`, LANDING_BUCKET: 'a-bucket', UPLOADS: uploads, ...env },
  });
  if (done.status !== 0) throw new Error(`The shell ended with ${done.status}: ${done.stderr}`);
  const numbered = readdirSync(uploads).sort((x, y) => Number(x) - Number(y));
  return numbered.map((number) => filesIn(join(uploads, number)));
}

/** All files below a folder: path → bytes. */
export function filesIn(folder: string): Map<string, Uint8Array> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map(({ parentPath, name }) => join(parentPath, name)).sort();
  return new Map(paths.map((path) => [relative(folder, path), readFileSync(path)]));
}

/** What `psql` was asked for with `\copy`: the table, the file and the options. */
export function copiesIn(queries: string): { what: string; file: string; options: string }[] {
  if (!existsSync(queries)) return [];
  return readFileSync(queries, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { what, file, options } = /^\\copy (?<what>.+) to '(?<file>[^']+)' with (?<options>\(.+\))$/.exec(line)!
        .groups!;
      return { what: what!, file: file!, options: options! };
    });
}

/** Makes files of a map, below a folder. */
export function writeFiles(folder: string, files: ReadonlyMap<string, Uint8Array>): void {
  for (const [path, bytes] of files) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
}
