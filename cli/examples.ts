/** Command → command lines that show what it is for, each with what it does. */
export const EXAMPLES: Readonly<Record<string, readonly (readonly [line: string, does: string])[]>> = {
  tributary: [
    ['tributary start', 'the platform on this machine, with an example'],
    ['tributary replay --catalog catalog --now 2026-06-01T00:00:00Z --input customers=customers.csv', 'try files'],
    ['tributary catalog plan --catalog catalog', 'what a change of definitions would do'],
    ['tributary status --stage dev', 'what stands in a stage in AWS'],
  ],
  start: [
    ['tributary start', 'with the example'],
    ['tributary start --catalog my-catalog --data my-data', 'with a catalog and files of your own'],
    ['tributary start --fresh', 'begin anew'],
  ],
  console: [['tributary console', 'an address that signs in to the console of the stage on this machine, once']],
  stop: [['tributary stop', 'end what "start" left running']],
  replay: [
    ['tributary replay --now 2026-06-01T00:00:00Z --input customers=customers.csv --json', 'what comes of a file'],
    ['tributary replay --now 2026-06-01T00:00:00Z --input logins=a.ndjson --ingest stream', 'as if it was streamed'],
  ],
  example: [['tributary example generate --out /tmp/example', 'the files that "start" sends']],
  init: [
    ['tributary init customers.csv --out my-catalog', 'a catalog for a file, every guess with its reason'],
    ['tributary init orders.csv --out my-catalog --identity customer --dates dmy', 'where a guess is wrong'],
  ],
  catalog: [
    ['tributary catalog validate --catalog catalog', 'every error, with file, line and column'],
    ['tributary catalog plan --catalog catalog', 'who would enter and leave audiences'],
    ['tributary catalog apply --catalog catalog --comment "new audience"', 'make it the active one'],
    ['tributary catalog rollback', 'back to the version before'],
  ],
  schema: [['tributary schema validate customers.yaml --schemas catalog/schemas --input -', 'records from a pipe']],
  mapping: [
    ['tributary mapping test customers --input customers.csv', 'the first rows before and after, all errors'],
    ['tributary mapping test customers --input customers.parquet --strict --json', 'for a check in CI'],
  ],
  gateway: [['tributary gateway', 'the edge of the local stage for a page on localhost']],
  activity: [
    ['tributary activity list', 'what was counted of each experience'],
    [
      'tributary activity preview --catalog catalog --url https://www.shop.example/ --identity ECID:1 --in gold-and-silver',
      'what a member would see, and why',
    ],
  ],
  segment: [
    ['tributary segment plan cart-abandoners --catalog catalog', 'streaming, edge or batch, and why'],
    ['tributary segment list', 'all of a stage'],
  ],
  policy: [['tributary policy check --catalog catalog', 'what policies forbid']],
  ingest: [
    ['tributary ingest --data my-data', 'files named after datasets'],
    ['tributary ingest --data my-data --wait', 'and what became of those that were uploaded'],
    ['tributary ingest --data my-data --ingest batch --stage dev', 'all of them through S3'],
  ],
  batch: [
    ['tributary batch list', 'files, and what became of them'],
    ['tributary batch revert 4f1c0a', 'as if it had never come'],
  ],
  quarantine: [
    ['tributary quarantine list', 'what was rejected, and why'],
    ['tributary quarantine export > rows.ndjson', 'to correct it'],
    ['tributary quarantine replay --corrected rows.ndjson', 'and to send it again'],
  ],
  dataset: [['tributary dataset delete old-orders', 'what is stored of a dataset that has left the catalog']],
  lake: [['tributary lake compact', 'few large objects instead of many small ones']],
  'source-connection': [['tributary source-connection key', 'a key for a sender']],
  endpoints: [['tributary endpoints', 'where records are sent over HTTP, with which key']],
  client: [
    [
      'tributary client create --name "BI tool" --scope profile:read --stage dev',
      'a client; its secret is printed once',
    ],
    ['tributary client revoke 0123456789abcdef0123456789abcdef --stage dev', 'it is locked out within a minute'],
  ],
  audit: [
    ['tributary audit --identity CRMID:RB-0015 --since 2026-01-01T00:00:00Z', 'who read that person'],
    ['tributary audit --caller arn:aws:iam::123456789012:user/ada', 'what somebody read in the last seven days'],
  ],
  profile: [
    ['tributary profile get CRMID:RB-0015 --events', 'a person, by any identity'],
    ['tributary profile sources CRMID:RB-0015', 'which record each value comes from'],
  ],
  identity: [
    ['tributary identity explain CRMID:RB-0015', 'why identities are one person'],
    ['tributary identity simulate events.json', 'which graphs come of events'],
  ],
  privacy: [['tributary privacy delete CRMID:RB-0015 --reason "asked on 1 June"', 'everything of a person']],
  destination: [
    ['tributary destination runs webhook', 'what flowed there, hour by hour'],
    ['tributary destination explain webhook CRMID:RB-0400', 'why somebody was delivered to it, or was not'],
    ['tributary destination status webhook', 'its audiences, and whether its guard holds it'],
    ['tributary destination replay webhook --since 2026-06-01T00:00:00Z', 'what was routed to it since, again'],
  ],
  export: [['tributary export', 'the files of the day, now']],
  'audience-manager': [
    ['tributary audience-manager read ftp_dpm_1_1780272000.sync', 'row by row, as the hub would'],
    ['tributary audience-manager overwrite audience-manager', 'files that replace all that the hub has'],
  ],
  smoke: [
    ['tributary smoke --stage dev', 'after a deployment: does everything work, from the stream to a file'],
    ['tributary smoke --add-to catalog', 'what a catalog needs for it'],
  ],
  status: [
    ['tributary status', 'the stage on this machine'],
    ['tributary status --stage dev --json', 'for programs'],
    ['tributary status --recount', 'every item is read: with all members, compared with the counters'],
  ],
  evaluate: [
    ['tributary evaluate', 'all profiles, now'],
    ['tributary evaluate --status', 'how far it is, and what it corrected'],
  ],
  expire: [['tributary expire', 'what is older than it may be, now']],
};

/** What stands below the help of a command. */
export function helpOf(name: string): string {
  const examples = EXAMPLES[name] ?? [];
  if (examples.length === 0) return '';
  const lines = examples.map(([line, does]) => `  $ ${line}\n      ${does}`);
  return `\nExamples:\n${lines.join('\n')}`;
}
