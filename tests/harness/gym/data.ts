import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface GymData {
  readonly folder: string;
  readonly members: number;
  readonly visits: number;
  /** Keys of the members of each audience, sorted. */
  readonly audiences: { readonly premium: readonly string[]; readonly regulars: readonly string[] };
}

const DAY = 86_400_000;

/** Writes files of a gym: a CSV of its members and an NDJSON of their visits. @param now epoch ms */
export function writeGymData(folder: string, members: number, now: number): GymData {
  mkdirSync(folder, { recursive: true });
  const [premium, regulars]: [string[], string[]] = [[], []];
  const [rows, events]: [string[], string[]] = [['member,plan'], []];
  for (let n = 0; n < members; n++) {
    const memberNo = `M-${String(n).padStart(4, '0')}`;
    const plan = n % 3 === 0 ? 'premium' : 'basic';
    const recent = n % 5;
    rows.push(`${memberNo},${plan}`);
    if (plan === 'premium') premium.push(`MEMBERNO:${memberNo}`);
    if (recent >= 3) regulars.push(`MEMBERNO:${memberNo}`);
    // Some days ago, far from where the window ends, and two that were long ago.
    const days = [...Array.from({ length: recent }, (_, visit) => visit + 1), 60, 90];
    for (const [visit, ago] of days.entries()) {
      const timestamp = new Date(now - ago * DAY).toISOString();
      events.push(
        JSON.stringify({ _id: `${memberNo}/${visit}`, timestamp, eventType: 'gym.visit', _gym: { memberNo } }),
      );
    }
  }
  writeFileSync(join(folder, 'members.csv'), `${rows.join('\n')}\n`);
  writeFileSync(join(folder, 'visits.ndjson'), `${events.join('\n')}\n`);
  return { folder, members, visits: events.length, audiences: { premium, regulars } };
}
