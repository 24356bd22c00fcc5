import type { Outcome } from '#tests/harness/management/aepp.ts';

const INTRO = `# Clients written for AEP

A client written for Adobe Experience Platform works with the management host of a stage when its address is changed:
\`tributary endpoints\` prints it, [access.md](access.md) says how a client gets a token. [api.md](api.md) says what is answered,
and what differs. This page is made by a test (\`npm run test:producers\`), which installs
[aepp](https://pypi.org/project/aepp/) 0.6.0 and makes these calls through its ordinary \`configure()\`:

\`\`\`python
import aepp
aepp.configure(org_id="tributary", client_id=ID, secret="", environment="support", endpoint=URL, accesstoken=TOKEN, sandbox="local")
\`\`\`

"Works" means that the call was answered and that the answer has what it is asked for. What AEP has and this platform does not is
answered 501, with a sentence that says what there is instead.

`;

/** docs/clients.md */
export function clientsPage(outcomes: readonly Outcome[]): string {
  const count = (outcome: Outcome['outcome']): number => outcomes.filter((one) => one.outcome === outcome).length;
  const summary = `Of ${outcomes.length} calls ${count('works')} work and ${count('not implemented')} are not implemented.\n\n`;
  const rows = outcomes.map((one) => [one.class, one.method, one.outcome, one.outcome === 'works' ? '' : one.said]);
  return INTRO + summary + table(['class', 'method', 'outcome', 'what is said'], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')));
  const widths = head.map((_, i) => Math.max(...cells.map((row) => row[i]!.length)));
  const line = (row: readonly string[]): string => `| ${row.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |\n`;
  const [first, ...others] = cells;
  return line(first!) + line(widths.map((width) => '-'.repeat(width))) + others.map(line).join('');
}
