import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '#cli/root.ts';
import { mayDoSome } from '#core/callers/caller.ts';
import { isGrantable, ROLES, type Role, scopesGranted } from '#core/contract/roles.ts';
import { parseScope, SCOPES, type Scope } from '#core/contract/scopes.ts';

const NAMES = Object.keys(ROLES) as Role[];
const CHANGING = (Object.keys(SCOPES) as Scope[]).filter((scope) => !/read/.test(scope));
const mayDoAs = (role: Role, scope: Scope): boolean => mayDoSome({ scopes: scopesGranted([`role:${role}`]) }, scope);

describe('a role', () => {
  it('is made of scopes that there are, each of them once', () => {
    for (const { scopes } of Object.values(ROLES)) {
      expect(scopes.filter((scope) => !parseScope(scope))).toEqual([]);
      expect(new Set(scopes).size).toBe(scopes.length);
    }
  });

  it('of those who look changes nothing', () => {
    for (const role of ['viewer', 'analyst'] as const) {
      expect(CHANGING.filter((scope) => mayDoAs(role, scope))).toEqual([]);
    }
  });

  it('shows values of people to analysts alone', () => {
    const all = NAMES.filter((role) => scopesGranted([`role:${role}`]).includes('profile:read'));
    expect(all).toEqual(['analyst']);
  });

  it('of admins has all that marketers and operators have', () => {
    for (const role of ['marketer', 'operator'] as const) {
      for (const scope of ROLES[role].scopes) expect(ROLES.admin.scopes).toContain(scope);
    }
  });

  it('is granted beside scopes, by a name that no scope has', () => {
    expect(scopesGranted(['role:viewer', 'ingest:crm', 'operate:read'])).toEqual([
      ...ROLES.viewer.scopes,
      'ingest:crm',
    ]);
    expect(NAMES.map((role) => parseScope(`role:${role}`))).toEqual(NAMES.map(() => undefined));
    expect(['role:viewer', 'admin', 'role:nobody', 'role:__proto__', 'role:'].map(isGrantable)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it('is described in docs/access.md with its scopes', async () => {
    const page = await readFile(`${projectRoot}/docs/access.md`, 'utf8');
    for (const role of NAMES.filter((name) => name !== 'admin')) {
      const row = page.split('\n').find((line) => line.startsWith(`| \`${role}\``))!;
      const scopes = [...row.split('|')[3]!.matchAll(/`([^`]+)`/g)].map(([, scope]) => scope);
      expect(scopes).toEqual([...ROLES[role].scopes]);
    }
  });
});
